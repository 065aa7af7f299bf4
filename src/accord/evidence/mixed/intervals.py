"""Intervals of fixed effects, standard deviations and correlations.

fitted.confint()                          Wald, of the fixed effects
fitted.confint("profile")                 as lme4's confint: by ML, of everything
fitted.confint("bootstrap", n=1000, seed=1)                     parametric
fitted.confint("bootstrap", n=1000, seed=1, kind="cases")       outermost units drawn with replacement
"""

from typing import TYPE_CHECKING, Any

import polars as pl

from accord.errors import UsageError

if TYPE_CHECKING:
    from accord.evidence.mixed.fitted import Fitted

SCHEMA = {"group": pl.String, "term": pl.String, **dict.fromkeys(("estimate", "conf.low", "conf.high"), pl.Float64)}


def confint(fitted: "Fitted", method: str, conf_level: float, **options: Any) -> pl.DataFrame:
    """group, term, estimate, conf.low, conf.high; null where a limit cannot be had."""
    if not 0 < conf_level < 1:
        raise UsageError(f"conf_level: got {conf_level}, wanted more than 0 and less than 1, as 0.95")
    if method == "wald":
        _none_else(options, ())
        rows = [(None, one.term, one.estimate, one.conf_low, one.conf_high) for one in fitted.fixed_at(conf_level)]
        return pl.DataFrame(rows, schema=SCHEMA, orient="row")
    if method == "profile":
        from accord.evidence.mixed.profile import profiled

        _none_else(options, ("progress",))
        return pl.DataFrame(profiled(fitted, conf_level, **options), schema=SCHEMA, orient="row")
    if method == "bootstrap":
        from accord.evidence.mixed.bootstrap import bootstrap, percentiles

        _none_else(options, ("n", "seed", "kind", "progress"))
        return pl.DataFrame(percentiles(fitted, bootstrap(fitted, **options), conf_level), schema=SCHEMA, orient="row")
    raise UsageError(f"method: got {method!r}, wanted wald, profile or bootstrap")


def _none_else(given: dict[str, Any], known: tuple[str, ...]) -> None:
    other = sorted(set(given) - set(known))
    if other:
        raise UsageError(
            f"confint does not know {', '.join(other)}; here it knows {', '.join(known) or 'nothing more'}"
        )
