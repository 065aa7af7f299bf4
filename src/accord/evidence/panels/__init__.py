"""The panel: one row a rated session, with what tells one person's ups and downs from differences of people.

    rows = panel(courses)                        courses: a course table (docs/formats.md) as a polars frame
    made = read_panel(courses, outcome="gad-7")  the same with what was left out, and why
    made.rows, made.left_out, made.notes

Column names are those of formulas: hyphens and rater dropped, so `phq-9.client` is `phq9`. docs/evidence-report.md
lists the columns.
"""

from accord.evidence.panels.cells import Refused
from accord.evidence.panels.names import formula_names, plain
from accord.evidence.panels.reading import LeftOut, Panel, panel, read_panel

__all__ = ["LeftOut", "Panel", "Refused", "formula_names", "panel", "plain", "read_panel"]
