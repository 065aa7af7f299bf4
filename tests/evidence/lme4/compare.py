"""One fit of ours held against one of lme4's: what differs by more than it may, in words."""

import re
from typing import Any

import numpy as np
import polars as pl

from accord.evidence import Fitted, fit
from tests.evidence.lme4.generate import Case

RELATIVE = 1e-4
# An estimate near nought is held against its standard error, a variance near nought against the error's variance as
# the outcome feels it: both optimisers stop where the criterion is flat to about 1e-10, that is 1e-5 of a relative SD.
OF_SE, OF_SIGMA2 = 1e-5, 1e-5
DF, RANEF, CRITERION, WORSE = 1e-2, 1e-3, 1e-3, 1e-6


def fitted(case: Case, **options: Any) -> Fitted:
    return fit(case.formula, frame(case.data), method=case.method, weights=case.weights, **options)  # type: ignore[arg-type]


def frame(columns: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(name, values, strict=False) for name, values in columns.items()})


def plain(name: str) -> str:
    """lme4's `methodCBT:x` and formulaic's `x:method[T.CBT]` are one name."""
    name = (
        re.sub(r"\[(?:T\.)?([^\]]*)\]", r"\1", name).replace("**", "^").replace(" ", "").replace("lateTrue", "lateTRUE")
    )
    return ":".join(sorted(name.split(":")))


def group(name: str) -> tuple[str, ...]:
    """lme4 numbers a second term of a group, and names the inner of two first, sometimes in brackets."""
    return tuple(sorted(re.sub(r"\.\d+$|[()]", "", name).split(":")))


def level(name: str, which: str) -> tuple[str, ...]:
    """Levels of pairs, in the order of their groups' names."""
    names, parts = re.sub(r"\.\d+$|[()]", "", name).split(":"), which.split(":")
    if len(names) != len(parts):
        return tuple(sorted(parts))
    return tuple(part for _, part in sorted(zip(names, parts, strict=True)))


Term = tuple[tuple[str, ...], str, str]


def variances(rows: Any) -> dict[Term, float]:
    """By group and the two terms."""
    found = {}
    for who, first, second, vcov in rows:
        one, two = sorted((plain(first), plain(second if second else first)))
        found[group(who), one, two] = float(vcov)
    return found


def differences(ours: Fitted, theirs: dict[str, Any]) -> list[str]:
    """Everything of the record but `more`; nothing where the two agree."""
    return [*of_counts(ours, theirs), *of_fixed(ours, theirs), *of_variances(ours, theirs), *of_ranef(ours, theirs)]


def of_counts(ours: Fitted, theirs: dict[str, Any]) -> list[str]:
    told = []
    gap = ours.criterion - theirs["criterion"]
    # A lower criterion than lme4's is a better fit; more than a thousandth lower would be another model.
    if not -CRITERION <= gap <= WORSE:
        told.append(f"criterion: {ours.criterion:.7f}, lme4 {theirs['criterion']:.7f}")
    if abs(ours.logLik - theirs["logLik"]) > CRITERION:
        told.append(f"logLik: {ours.logLik}, lme4 {theirs['logLik']}")
    if ours.nobs != theirs["nobs"]:
        told.append(f"nobs: {ours.nobs}, lme4 {theirs['nobs']}")
    # lme4's own answer changes with the unit of a column; where it does, either is right.
    if ours.singular not in (theirs["singular"], theirs["is_singular"]):
        told.append(f"singular: {ours.singular}, lme4 {theirs['is_singular']}")
    groups = {group(name): n for name, n in ours.groups.items()}
    if groups != {group(name): n for name, n in theirs["groups"].items()}:
        told.append(f"groups: {ours.groups}, lme4 {theirs['groups']}")
    return told


def of_fixed(ours: Fitted, theirs: dict[str, Any]) -> list[str]:
    mine = {plain(row.term): row for row in ours.fixed}
    if list(mine) != [plain(row[0]) for row in theirs["fixed"]] and sorted(mine) != sorted(
        plain(row[0]) for row in theirs["fixed"]
    ):
        return [f"terms: {list(mine)}, lme4 {[row[0] for row in theirs['fixed']]}"]
    told = []
    for term, estimate, se, df, t, p in theirs["fixed"]:
        row = mine[plain(term)]
        pairs = (
            ("estimate", row.estimate, estimate, RELATIVE * abs(estimate) + OF_SE * se),
            ("se", row.std_error, se, RELATIVE * se),
            ("df", row.df, df, DF * df),
            ("t", row.statistic, t, RELATIVE * abs(t) + RELATIVE),
            ("p", row.p_value, p, max(5e-3 * p, 1e-4) if p > 1e-6 else 1e-6),
        )
        told += [f"{term} {what}: {a:.9g}, lme4 {b:.9g}" for what, a, b, most in pairs if not abs(a - b) <= most]
    return told


def of_variances(ours: Fitted, theirs: dict[str, Any]) -> list[str]:
    mine, wanted = variances(ours.random), variances(theirs["random"])
    if mine.keys() != wanted.keys():
        return [f"random terms: {sorted(mine)}, lme4 {sorted(wanted)}"]
    told = []
    if abs(ours.sigma2 - theirs["sigma2"]) > RELATIVE * theirs["sigma2"]:
        told.append(f"sigma2: {ours.sigma2:.9g}, lme4 {theirs['sigma2']:.9g}")
    size = sizes(ours)
    for key, vcov in wanted.items():
        who, one, two = key
        spread = np.sqrt(wanted[who, one, one] * wanted[who, two, two])
        felt = theirs["sigma2"] / np.sqrt(size[who, one] * size[who, two])
        if not abs(mine[key] - vcov) <= RELATIVE * spread + OF_SIGMA2 * felt:
            told.append(f"variance {key}: {mine[key]:.9g}, lme4 {vcov:.9g}")
    return told


def sizes(ours: Fitted) -> dict[tuple[tuple[str, ...], str], float]:
    """The mean square of each random term's column: what a variance of one does to the outcome."""
    found = {}
    for each in ours.design.levels:
        for term in each.terms:
            for at, name in zip(term.at, term.names, strict=True):
                found[group(each.name), plain(name)] = float(np.mean(ours.design.columns[at] ** 2))
    return found


def of_ranef(ours: Fitted, theirs: dict[str, Any]) -> list[str]:
    rows = ours.ranef().iter_rows()
    mine = {(group(who), level(who, which), plain(term)): (u, sd) for who, which, term, u, sd in rows}
    told = []
    for who, which, term, u, sd in theirs["ranef"]:
        key = group(who), level(who, which), plain(term)
        if key not in mine:
            told.append(f"random effect of {key} is not there")
            continue
        # Held against the spread of such effects too: an effect can be nought by chance. A spread that is nought itself
        # is known as well as its variance is.
        variance = variances(theirs["random"])[key[0], key[2], key[2]]
        nought = OF_SIGMA2 * theirs["sigma2"]
        most = RANEF * abs(u) + RANEF * 0.1 * np.sqrt(variance + nought) + (np.sqrt(nought) if variance < nought else 0)
        if not abs(mine[key][0] - u) <= most:
            told.append(f"random effect {key}: {mine[key][0]:.9g}, lme4 {u:.9g}")
        if sd is not None and not abs(mine[key][1] - sd) <= RANEF * sd + most:
            told.append(f"sd of random effect {key}: {mine[key][1]:.9g}, lme4 {sd:.9g}")
    return told
