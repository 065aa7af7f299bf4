"""A fit as tables, words and a picture."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from accord.errors import UsageError

if TYPE_CHECKING:
    from accord.evidence.mixed.fitted import Fitted

_NUMBERS = ("estimate", "std.error", "statistic", "df", "p.value", "conf.low", "conf.high")


def tidy(fitted: "Fitted", effects: str, conf_level: float) -> pl.DataFrame:
    if effects not in ("all", "fixed", "ran_pars"):
        raise UsageError(f"effects: got {effects!r}, wanted all, fixed or ran_pars")
    rows: list[tuple[Any, ...]] = []
    if effects != "ran_pars":
        rows += [("fixed", None, one.term, *one[1:]) for one in fitted.fixed_at(conf_level)]
    if effects != "fixed":
        rows += [("ran_pars", group, term, value, *[None] * 6) for group, term, value in deviations(fitted)]
    schema = {"effect": pl.String, "group": pl.String, "term": pl.String, **dict.fromkeys(_NUMBERS, pl.Float64)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def deviations(fitted: "Fitted") -> list[tuple[str, str, float]]:
    """Standard deviations and correlations by broom.mixed's names; a correlation with what does not vary is NaN."""
    rows = []
    for level, D in zip(fitted.design.levels, fitted.covariances, strict=True):
        for term, part in zip(level.terms, level.blocks, strict=True):
            block, names = D[part, part], term.names
            sd = np.sqrt(np.diag(block))
            rows += [(level.name, f"sd__{name}", float(value)) for name, value in zip(names, sd, strict=True)]
            for j in range(len(names)):
                for k in range(j + 1, len(names)):
                    both = sd[j] * sd[k]
                    value = float(block[j, k] / both) if both > 0 else float("nan")
                    rows.append((level.name, f"cor__{names[j]}.{names[k]}", value))
    return [*rows, ("Residual", "sd__Observation", float(np.sqrt(fitted.sigma2)))]


def glance(fitted: "Fitted") -> pl.DataFrame:
    k, n, criterion = fitted.parameters, fitted.nobs, fitted.criterion
    return pl.DataFrame(
        {
            "nobs": [n], "sigma": [float(np.sqrt(fitted.sigma2))], "logLik": [fitted.logLik],
            "AIC": [criterion + 2 * k], "BIC": [criterion + np.log(n) * k],
            "REMLcrit" if fitted.method == "reml" else "deviance": [criterion], "df.residual": [n - k],
            "method": [fitted.method], "singular": [fitted.singular],
        }
    )  # fmt: skip


def summary(fitted: "Fitted") -> str:
    """For reading on a terminal."""
    lines = [
        f"Linear mixed model by {fitted.method.upper()}: {fitted.formula}",
        f"{'REML criterion' if fitted.method == 'reml' else 'deviance'} {fitted.criterion:.3f}, {fitted.nobs:,} rows; "
        + ", ".join(f"{name} {size:,}" for name, size in fitted.groups.items()),
        "",
        "Random effects",
    ]
    lines += [f"  {group:<16} {term:<32} {value:>12.5g}" for group, term, value in deviations(fitted)]
    lines += ["", f"{'Fixed effects':<34} {'estimate':>12} {'std.error':>11} {'df':>9} {'t':>8} {'p':>9}  95% interval"]
    for one in fitted.fixed:
        p = "< 0.0001" if one.p_value < 1e-4 else f"{one.p_value:.4f}"
        lines.append(
            f"  {one.term:<32} {one.estimate:>12.5g} {one.std_error:>11.4g} {one.df:>9.5g} {one.statistic:>8.3f} "
            f"{p:>9}  {one.conf_low:.5g} to {one.conf_high:.5g}"
        )
    lines += ["", *(f"Note: {note}." for note in fitted.notes)]
    return "\n".join(lines).rstrip()


def plot(fitted: "Fitted", ax: Any = None) -> Any:
    """Each fixed effect but the intercept, with its 95% interval, against nought."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(7, 0.5 * len(fitted.terms) + 1.5), layout="constrained").subplots()
    shown = [one for one in fitted.fixed if one.term != "(Intercept)"] or fitted.fixed
    for at, one in enumerate(reversed(shown)):
        ax.plot([one.conf_low, one.conf_high], [at, at], color="#33566b", linewidth=2)
        ax.plot([one.estimate], [at], "o", color="#33566b")
    ax.axvline(0, color="#777777", linewidth=1, linestyle="--")
    ax.set_yticks(range(len(shown)), [one.term for one in reversed(shown)])
    ax.set_xlabel(f"effect on {fitted.design.formula.response}, with 95% interval")
    return ax
