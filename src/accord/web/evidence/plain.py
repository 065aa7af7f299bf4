"""What a release tells clients: a few sentences without a term of the field, each with how sure it is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from accord.evidence.suppression import rounded
from accord.measures import load
from accord.outcome.withheld import SMALLEST
from accord.web.alliance.course import ALLIANCE
from accord.web.evidence.gathering import Gathered

if TYPE_CHECKING:
    pass

CAUSE = (
    "People may also get better or worse for other reasons, and who stopped answering is not in it. So this does not "
    "say what therapy did."
)
NOTHING = "There is not enough yet to say more."


def in_plain_words(gathered: Gathered, period: str) -> list[str]:
    """About how many people, how their problems changed, how they found working together."""
    told = [*_changed(gathered), *_together(gathered)]
    return [f"This counts sessions of about {rounded(gathered.clients):,} people, {period}.", *(told or [NOTHING])]


def _changed(gathered: Gathered) -> Iterator[str]:
    import polars as pl

    name = f"{gathered.outcome}.client"
    if name not in gathered.courses.columns:
        return
    rated = gathered.courses.filter(pl.col(name).is_not_null()).sort("client", "session").group_by("client")
    ends = rated.agg(pl.col(name).first().alias("first"), pl.col(name).last().alias("last"), pl.len().alias("n"))
    ends = ends.filter(pl.col("n") > 1)
    if ends.height < SMALLEST:
        return
    measure = load(gathered.outcome)
    change, low, high = _interval(ends["last"] - ends["first"])
    better = "lower" if measure.direction == "lower" else "higher"
    about = f"About {rounded(ends.height):,} people filled in the same form ({measure.short}) at two sessions or more."
    if low <= 0 <= high:
        yield f"{about} On average their last score was about the same as their first, as far as can be told. {CAUSE}"
        return
    way, ends_of = ("lower", sorted((-low, -high))) if change < 0 else ("higher", [low, high])
    yield (
        f"{about} On average the last score was {abs(change):.1f} points {way} than the first, probably between "
        f"{ends_of[0]:.1f} and {ends_of[1]:.1f}. On this form {better} is better. {CAUSE}"
    )


def _together(gathered: Gathered) -> Iterator[str]:
    import polars as pl

    name = f"{ALLIANCE}.client"
    if name not in gathered.courses.columns:
        return
    means = gathered.courses.group_by("client").agg(pl.col(name).mean())[name].drop_nulls()
    if len(means) < SMALLEST:
        return
    mean, low, high = _interval(means)
    top = load(ALLIANCE).range[1]
    yield (
        f"About {rounded(len(means)):,} people said how working together was for them: on average {mean:.1f} out of "
        f"{top:g}, probably between {low:.1f} and {high:.1f}. High answers are usual. A low one helps, too: it says "
        "what to talk about."
    )


def _interval(values: Any) -> tuple[float, float, float]:
    """The mean with its 95 % interval (Student's t)."""
    from accord.evidence.report.parts import interval_of

    return interval_of(values.to_numpy())
