"""IS IT HELPING: reliable change, sudden gains, the expected course, and who may stop coming.

    rule = ChangeRule(mean=24.9, sd=3.3, reliability=0.80, functional_mean=8, functional_sd=8)
    change(25, 13, rule)                          one person; change_columns for whole columns
    standard(measures.load("phq-9")).rule         the rule that a measure's own definition gives, with its sources
    gains([30, 31, 30, 18, 17, 18])               sudden gains and losses; gains_table for many
    chosen = choose(past, reliable_change=6)      the growth model from 300 past courses on, the rational one before
    expect([(1, 18), (2, 17)], chosen.method)     one course beside its band; expect_columns for many
    judge_rule(past, fit, 6, source="...")        sensitivity, specificity and PPV of the red rule
    fit_leaving(moments, definition)              who may stop coming: a reason to reach out, or NotEnough

Every result carries value, threshold, how much it used, method, version and reason. Nothing here knows a clock, dice of
its own, a network or a web framework; docs/outcome.md has the formulas and their sources.
"""

from typing import TYPE_CHECKING, Any

from accord.outcome.change import KINDS, Change, Changes, change, change_columns, rule_from
from accord.outcome.gains import Gain, GainRule, Gains, gains, gains_table
from accord.outcome.rule import METHODS, VERSION, ChangeRule
from accord.outcome.standard import Standard, standard

if TYPE_CHECKING:
    from accord.outcome.band import Band, Bands
    from accord.outcome.columns import Courses, courses
    from accord.outcome.expected import (
        MODELS,
        STATES,
        Chosen,
        Expectations,
        Expected,
        choose,
        expect,
        expect_columns,
        tell,
    )
    from accord.outcome.growth import Growth, fit_growth
    from accord.outcome.judged import Judged, Share, judge_rule
    from accord.outcome.leaving import (
        DEFINITIONS,
        Leaving,
        Moment,
        Moments,
        NotEnough,
        Performance,
        Reach,
        fit_leaving,
        hazards,
        judge_hazards,
        performance,
        reach,
        recalibrate,
    )
    from accord.outcome.neighbours import Neighbours, fit_neighbours
    from accord.outcome.rational import Rational

# What needs NumPy, and where it stands: one change and one gain can do without.
_LATER = {
    "Band": "band", "Bands": "band", "Courses": "columns", "courses": "columns", "MODELS": "expected",
    "STATES": "expected", "Chosen": "expected", "Expectations": "expected", "Expected": "expected",
    "choose": "expected", "expect": "expected", "expect_columns": "expected", "tell": "expected", "Growth": "growth",
    "fit_growth": "growth", "Judged": "judged", "Share": "judged", "judge_rule": "judged", "DEFINITIONS": "leaving",
    "Leaving": "leaving", "Moment": "leaving", "Moments": "leaving", "NotEnough": "leaving", "Performance": "leaving",
    "Reach": "leaving", "fit_leaving": "leaving", "hazards": "leaving", "judge_hazards": "leaving",
    "performance": "leaving", "reach": "leaving", "recalibrate": "leaving", "Neighbours": "neighbours",
    "fit_neighbours": "neighbours", "Rational": "rational",
}  # fmt: skip

__all__ = [
    "DEFINITIONS", "KINDS", "METHODS", "MODELS", "STATES", "VERSION",
    "Band", "Bands", "Change", "ChangeRule", "Changes", "Chosen", "Courses", "Expectations", "Expected", "Gain",
    "GainRule", "Gains", "Growth", "Judged", "Leaving", "Moment", "Moments", "Neighbours", "NotEnough", "Performance",
    "Rational", "Reach", "Share", "Standard", "change", "change_columns", "choose", "courses", "expect",
    "expect_columns", "fit_growth", "fit_leaving", "fit_neighbours", "gains", "gains_table", "hazards",
    "judge_hazards", "judge_rule", "performance", "reach", "recalibrate", "rule_from", "standard", "tell",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"accord.outcome.{_LATER[name]}"), name)
    raise AttributeError(name)
