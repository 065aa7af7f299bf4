"""The forest plot: a line a study, the mean as a diamond, where a further study is likely to lie as a bar."""

from accord.charts.scale import fitted, known, round_ticks
from accord.charts.svg import path, stroke, tag, text, words
from accord.errors import UsageError
from accord.evidence.meta.pooled import Pooled

ROW, NAMES, PLOT, NUMBERS, TOP = 22, 220, 360, 170, 30


def forest(
    pooled: Pooled, *, title: str, description: str = "", id: str = "forest", zero: float | None = 0.0
) -> dict[str, str]:
    """Title, description and SVG; beside it belongs `pooled.table()`. `zero`: the value of no effect, a dashed line."""
    if not title:
        raise UsageError("forest: got an empty title; wanted words that say what is drawn")
    said = description or " ".join(pooled.words())
    spans = [(one.low, one.high) for one in pooled.studies] + [pooled.prediction or (pooled.low, pooled.high)]
    ends = [pooled.back(value) for span in spans for value in span] + ([zero] if zero is not None else [])
    ruler = _Ruler(min(ends), max(ends))
    height = TOP + ROW * (pooled.k + (2 if pooled.prediction else 1)) + 40
    drawn = [_study(pooled, at, ruler) for at in range(pooled.k)] + [_whole(pooled, ruler), _under(ruler, height, zero)]
    svg = tag(
        "svg", tag("title", words(title), id=f"{id}-title"), tag("desc", words(said), id=f"{id}-desc"), *drawn,
        class_="chart forest", role="img", aria_labelledby=f"{id}-title", aria_describedby=f"{id}-desc",
        viewBox=f"0 0 {NAMES + PLOT + NUMBERS} {height}", width=NAMES + PLOT + NUMBERS, height=height,
        font_size=13, font_family="system-ui, sans-serif", xmlns="http://www.w3.org/2000/svg",
    )  # fmt: skip
    return {"title": title, "description": said, "svg": svg}


class _Ruler:
    """From values to places along the axis."""

    def __init__(self, low: float, high: float) -> None:
        spare = (high - low) * 0.04 or 0.5
        self.low, self.high = low - spare, high + spare

    def x(self, value: float) -> float:
        return NAMES + PLOT * (value - self.low) / (self.high - self.low)


def _row(at: int) -> float:
    return TOP + ROW * (at + 0.5)


def _study(pooled: Pooled, at: int, ruler: _Ruler) -> str:
    one, y = pooled.studies[at], _row(at)
    low, middle, high = (pooled.back(value) for value in (one.low, one.effect, one.high))
    heaviest = max(each.weight for each in pooled.studies)
    side = 3 + 9 * (one.weight / heaviest) ** 0.5
    name = fitted(one.name, NAMES - 12)
    return tag(
        "g",
        text(name, 4, y + 4, "chart-label"),
        stroke(path([(ruler.x(low), y), (ruler.x(high), y)]), "chart-line"),
        tag("rect", class_="chart-mark", x=ruler.x(middle) - side / 2, y=y - side / 2, width=side, height=side,
            fill="currentColor"),
        _numbers(low, middle, high, y),
    )  # fmt: skip


def _numbers(low: float, middle: float | None, high: float, y: float) -> str:
    told = f"{low:.2f} to {high:.2f}" if middle is None else f"{middle:.2f} ({low:.2f} to {high:.2f})"
    return text(told.replace("-0.00", "0.00"), NAMES + PLOT + NUMBERS - 4, y + 4, "chart-tick", "end")


def _whole(pooled: Pooled, ruler: _Ruler) -> str:
    """The diamond of the mean and, below it, the bar of a further study."""
    low, middle, high = (pooled.back(value) for value in (pooled.low, pooled.estimate, pooled.high))
    y = _row(pooled.k)
    corners = [(ruler.x(low), y), (ruler.x(middle), y - 7), (ruler.x(high), y), (ruler.x(middle), y + 7)]
    drawn = text("All together", 4, y + 4, "chart-label") + _numbers(low, middle, high, y)
    drawn += tag("path", class_="chart-mark", d=path(corners) + "Z", fill="currentColor")
    if pooled.prediction:
        ends, y = [pooled.back(value) for value in pooled.prediction], _row(pooled.k + 1)
        drawn += text("A further study, likely", 4, y + 4, "chart-label") + _numbers(ends[0], None, ends[1], y)
        drawn += stroke(path([(ruler.x(ends[0]), y), (ruler.x(ends[1]), y)]), "chart-line", width=4)
    return drawn


def _under(ruler: _Ruler, height: float, zero: float | None) -> str:
    bottom = height - 32.0
    drawn = stroke(path([(NAMES, bottom), (NAMES + PLOT, bottom)]), "chart-axis")
    for value in round_ticks(ruler.low, ruler.high):
        drawn += text(f"{value:g}", ruler.x(value), bottom + 17, "chart-tick", "middle")
    if (at := known(zero)) is not None:
        drawn += stroke(path([(ruler.x(at), TOP - 8), (ruler.x(at), bottom)]), "chart-reference", dash="3 3")
    return drawn
