"""Ours beside lavaan's records: by how much the estimates, their errors and the fit differ."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from accord.evidence.structural import StructuralFit

LAVAAN: dict[str, Any] = json.loads((Path(__file__).parent / "lavaan.json").read_text(encoding="utf-8"))
# lavaan's name: ours.
FIT = {
    "chisq": "chisq", "df": "df", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "rmsea.ci.lower": "rmsea_low",
    "rmsea.ci.upper": "rmsea_high", "srmr": "srmr", "logl": "loglik", "aic": "aic", "bic": "bic", "npar": "parameters",
    "baseline.chisq": "baseline_chisq", "baseline.df": "baseline_df",
}  # fmt: skip


def fit_apart(fit: StructuralFit, told: dict[str, Any]) -> dict[str, float]:
    """By index, the difference from lavaan's."""
    return {name: abs(getattr(fit.indices, FIT[name]) - value) for name, value in told["fit"].items() if name in FIT}


def estimates_apart(fit: StructuralFit, told: dict[str, Any]) -> dict[str, float]:
    """The largest difference of estimates (in lavaan's standard errors) and of standard errors (relative), and of
    both on the scale of standard deviations where those were asked for. KeyError for a parameter that we do not
    have."""
    places = {name: at + 1 for at, name in enumerate(fit.groups)}
    ours = {(*_turned(each.term), places[each.group]): each for each in fit.estimates()}
    apart = {"estimate": 0.0, "error": 0.0, "std": 0.0, "std_error": 0.0}
    for row in told["estimates"]:
        each = ours[(*_turned(row["term"]), row["group"])]
        apart["estimate"] = max(apart["estimate"], abs(each.estimate - row["est"]) / row["se"])
        apart["error"] = max(apart["error"], abs(each.std_error / row["se"] - 1))
        if row.get("std_se"):
            apart["std"] = max(apart["std"], abs(each.std_all - row["std"]) / row["std_se"])
            apart["std_error"] = max(apart["std_error"], abs(each.std_all_error / row["std_se"] - 1))
    free = sum(not np.isnan(each.statistic) for each in ours.values())
    assert free == sum(row["est"] != 0 or row["se"] > 0 for row in told["estimates"]), "not the same parameters"
    return apart


def _turned(term: str) -> tuple[str, ...]:
    """A covariance is the same the other way round."""
    parts = term.split(" ")
    return (parts[1], *sorted((parts[0], parts[2]))) if parts[1] == "~~" else tuple(parts)
