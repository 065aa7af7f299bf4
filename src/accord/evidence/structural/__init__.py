"""Structural models: RI-CLPM, factor analysis, invariance, two levels; exact, by number, means and covariances alone.

    ri_clpm(wide, x=[..], y=[..])                    who leads whom, within a person (three waves or more, FIML)
    waves(panel, "client", "session", ["phq9"])      a course panel as such a table
    cfa("bond =~ trust + respect + safety", data)    does a measure hang together
    invariance(model, data, group="rater")           does it ask the same of everyone
    fit_two_level(values, person, items)             one factor within and between people
    fit_model(build(rows, observed, latent), ..)     any model of this form

moments > model > likelihood > fitting > indices, standardised > result > the models above.
docs/evidence-structural.md has the formulas, the sources and the numbers of lavaan beside ours.
"""

from accord.evidence.structural.cfa import cfa
from accord.evidence.structural.indices import Indices
from accord.evidence.structural.invariance import Invariance, Step, invariance, invariance_over_time
from accord.evidence.structural.model import Model, Row, build
from accord.evidence.structural.moments import Moments, moments, sample, saturated
from accord.evidence.structural.result import Estimate, StructuralFit, fit_model
from accord.evidence.structural.ri_clpm import Lag, RiClpm, ri_clpm
from accord.evidence.structural.two_level import TwoLevelFit, fit_levels, fit_two_level, levels
from accord.evidence.structural.waves import waves

__all__ = [
    "Estimate", "Indices", "Invariance", "Lag", "Model", "Moments", "RiClpm", "Row", "Step", "StructuralFit",
    "TwoLevelFit", "build", "cfa", "fit_levels", "fit_model", "fit_two_level", "invariance", "invariance_over_time",
    "levels", "moments", "ri_clpm", "sample", "saturated", "waves",
]  # fmt: skip
