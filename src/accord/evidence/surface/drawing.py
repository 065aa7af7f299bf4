"""A surface seen from above."""

from io import StringIO
from typing import Any

import numpy as np

from accord.charts.svg import tag, words
from accord.errors import UsageError
from accord.evidence.surface.claiming import claim
from accord.evidence.surface.fitting import design
from accord.evidence.surface.shape import Floats, Surface


def picture(surface: Surface, *, title: str, description: str = "", id: str = "surface") -> dict[str, str]:
    """Title, description and SVG: lines of equal outcome, equal views, the ridge. No single pair is drawn."""
    from matplotlib.figure import Figure

    if not title:
        raise UsageError("picture: got an empty title; wanted words that say what is drawn")
    x, y, z = surface.names
    figure = Figure(figsize=(6, 5.2), layout="constrained")
    axes = figure.subplots()
    most = _ellipse(surface)
    low, high = float(most.min()), float(most.max())
    at = np.linspace(low, high, 121)
    gx, gy = np.meshgrid(at - surface.middle, at - surface.middle)
    heights = (design(gx.ravel(), gy.ravel()) @ surface.b).reshape(gx.shape)
    drawn = axes.contour(at, at, heights, levels=9, colors="0.35", linewidths=0.9)
    axes.clabel(drawn, fontsize=8)
    axes.plot([low, high], [low, high], color="black", linewidth=1.4, label=f"{x} = {y}")
    p10, p11 = surface["p10"], surface["p11"]
    if p10 and p11:
        ridge = p10.estimate + p11.estimate * (at - surface.middle) + surface.middle
        axes.plot(at, ridge, "k--", label="ridge")
    axes.plot(*most, color="0.5", linestyle=":", label="most ratings")
    axes.set(xlabel=x, ylabel=y, xlim=(low, high), ylim=(low, high), title=f"{z}: lines of equal height")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    said = description or f"{claim(surface).words} Heights of {z} over {x} and {y}, {surface.pairs} pairs."
    return {"title": title, "description": said, "svg": svg_of(figure, title, said, id)}


def _ellipse(surface: Surface) -> Floats:
    """Where about 95% of ratings lie were they normal: chi^2 of .95 with 2 degrees of freedom is 5.991."""
    values, vectors = np.linalg.eigh(surface.spread)
    turn = np.linspace(0, 2 * np.pi, 181)
    around = np.sqrt(5.991 * np.maximum(values, 0))[:, None] * np.stack([np.cos(turn), np.sin(turn)])
    drawn: Floats = vectors @ around + surface.means[:, None]
    return drawn


def svg_of(figure: Any, title: str, description: str, id: str) -> str:
    """A matplotlib figure as SVG text with title and description, the same bytes for the same figure."""
    import matplotlib as mpl

    written = StringIO()
    with mpl.rc_context({"svg.hashsalt": id, "svg.fonttype": "none"}):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    _, body = written.getvalue().split("<svg ", 1)
    attributes, inside = body.split(">", 1)
    named = tag("title", words(title), id=f"{id}-title") + tag("desc", words(description), id=f"{id}-desc")
    return f'<svg role="img" aria-labelledby="{id}-title" aria-describedby="{id}-desc" {attributes}>{named}{inside}'
