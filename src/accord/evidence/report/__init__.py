"""The report: one page that a researcher could hand in, and the same as data.

    told = describe(courses, made_on=date(2026, 5, 31), call="accord evidence report courses.csv --out report.html")
    page(told)                            one HTML page that needs nothing beside it
    describe(courses, suppress=10, ..)    for a release: nothing of fewer than ten people

docs/evidence-report.md says what is in it and what it cannot say.
"""

from accord.evidence.report.describing import describe
from accord.evidence.report.html import page

__all__ = ["describe", "page"]
