"""WHAT MANY COURSES SHOW: mixed models, panels, therapists, pairs of raters, reliability, what others found.

    fit("phq9_next ~ alliance_within + alliance_between + session + (1 + alliance_within | client)", panel)

Everything carries its uncertainty and says when there is not enough. docs/evidence.md has the formulas and sources.
"""

from importlib import import_module
from typing import Any

# What is there, and where it stands: nothing heavy is imported before it is asked for.
_LATER: dict[str, str] = {
    "fit": "mixed.fitting",
    "Fitted": "mixed.fitted",
    "compare": "mixed.comparing",
    "panel": "panels",
    "read_panel": "panels",
    "within_between": "within",
    "lagged": "within",
    "describe": "report",
    "page": "report",
    "bootstrap": "mixed.bootstrap",
    "pool": "meta",
    "pool_correlations": "meta",
    "beside": "literature",
    "fit_surface": "surface",
    "round_robin": "roundrobin",
    "round_robins": "roundrobin",
    "funnel_of_means": "funnel",
    "funnel_of_shares": "funnel",
    "therapist_effects": "therapists",
    "truth_and_bias": "gap",
    "one_with_many": "dyads",
    "ri_clpm": "structural",
    "cfa": "structural",
    "invariance": "structural",
    "waves": "structural",
    "alpha": "reliability",
    "omega": "reliability",
    "by_level": "reliability",
    "measure_report": "reliability",
}

__all__ = sorted(_LATER)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"accord.evidence.{_LATER[name]}"), name)
    raise AttributeError(name)
