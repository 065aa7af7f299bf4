"""How reliable a measure is: of one occasion, of differences between people, and of change within a person.

    alpha(data, items), omega(data, items)            answers given once, with intervals
    by_level(answers, items)                          omega within and between people, and the error of a change
    reliability_of_change(answers, items)             Cranford et al. 2006
    measure_report(answers, items, top=5, seed=1)     all of it, with ceilings, one factor and invariance over sessions

docs/evidence-structural.md has the formulas, the sources and the numbers of lavaan and psych beside ours.
"""

from accord.evidence.reliability.levels import ByLevel, OfChange, by_level, from_fit, reliability_of_change
from accord.evidence.reliability.report import Ceiling, MeasureReport, OneFactor, measure_report
from accord.evidence.reliability.single import Coefficient, alpha, omega

__all__ = [
    "ByLevel", "Ceiling", "Coefficient", "MeasureReport", "OfChange", "OneFactor", "alpha", "by_level", "from_fit",
    "measure_report", "omega", "reliability_of_change",
]  # fmt: skip
