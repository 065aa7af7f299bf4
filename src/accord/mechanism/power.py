"""How many clients, therapists and sessions a study needs, by simulating it and analysing it as it would be analysed.

    found = power("within", clients=[50, 100, 200], therapists=[10], sessions=[8, 16], runs=200, seed=1)
    found.cells        each with the share of runs that found the effect, and that found one where there was none
    found.smallest     the smallest cell with 80% power, or None
    found.words, found.picture()

Studies:
within      does the next symptom score follow the alliance within a person? All rated sessions; a mixed model with the
            alliance and the score before centred on the person's means, the person's mean alliance, log time, clients
            in therapists.
therapist   do therapists differ in outcome? Last score given the first; likelihood-ratio test of (1 | therapist).
feedback    a trial: half of each therapist's clients, at random, are under feedback; last score given the first.

`effect` multiplies what makes it: the model's paths from alliance and ruptures to symptoms; the spread of therapists'
two skills; how much likelier repairs and faster learning get under feedback. At 0 there is none, which is what the runs
for the false positives have. Power is that of *this model's* effect: docs/mechanism.md says what is known of it.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from accord.errors import DataError, UsageError
from accord.mechanism.feedback import LEARNING, REPAIR, told
from accord.mechanism.parameters import Parameters
from accord.mechanism.scenario import Scenario
from accord.mechanism.simulation import simulate
from accord.mechanism.stream import Floats
from accord.mechanism.truth import Bools, Truth

if TYPE_CHECKING:
    from accord.evidence.mixed.fitted import FixedEffect

Study = Literal["within", "therapist", "feedback"]
STUDIES: tuple[Study, ...] = ("within", "therapist", "feedback")
WANTED = 0.80
NINETEEN_IN_TWENTY = 1.959963984540054
# Runs of one cell and of the next meet the same luck; of two seeds given by hand they do not.
APART = 1_000_003
# Where arms are drawn: never the luck of a course.
ARMS = 77


class Share(NamedTuple):
    """Of the runs, how many; with its Monte Carlo error and 95% interval (Wilson 1927)."""

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One size of a study. `estimate` is the effect on average as analysed: per SD within, ICC, or d; and its error.

    `false` is the share of runs without an effect that found one: `alpha`, if all is well.
    """

    clients: int
    therapists: int
    sessions: int
    runs: int
    power: Share
    false: Share
    estimate: float
    estimate_error: float
    failed: int


@dataclass(frozen=True, eq=False)
class Power:
    """All cells, in the order of the grid; `left_out` says which sizes cannot be."""

    study: Study
    effect: float
    alpha: float
    cells: tuple[Cell, ...]
    left_out: tuple[str, ...] = ()

    @property
    def smallest(self) -> Cell | None:
        """The cell with 80% power that takes the fewest sessions in all; the fewest clients among equals."""
        enough = [cell for cell in self.cells if cell.power.value >= WANTED]
        return min(enough, key=lambda cell: (cell.clients * cell.sessions, cell.clients, cell.therapists), default=None)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(_words(self))

    def picture(self) -> str:
        """Power by clients as an SVG with title and description."""
        return _picture(self)


def power(
    study: Study,
    *,
    clients: Sequence[int] = (50, 100, 200),
    therapists: Sequence[int] = (10, 20),
    sessions: Sequence[int] = (8, 16),
    runs: int = 200,
    seed: int = 1,
    effect: float = 1.0,
    alpha: float = 0.05,
    parameters: Parameters | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Power:
    """Simulate every size of the study `runs` times with the effect and `runs` times without. Clients are all of them.

    Raises UsageError for a study, size or number that cannot be.
    """
    _known(study, runs, effect, alpha, (clients, therapists, sessions))
    sizes, left_out = _sizes(study, clients, therapists, sessions)
    p, total = parameters or Parameters(), 2 * runs * len(sizes)
    cells: list[Cell] = []
    for size in sizes:
        each: list[tuple[float, float]] = []
        for strength in (effect, 0.0):
            once = _once(study, p, strength, size)
            for run in range(runs):
                each.append(_safely(partial(once, seed * APART + run)))
                if progress:
                    progress(2 * runs * len(cells) + len(each), total)
        cells.append(_cell(size, np.array(each[:runs]), np.array(each[runs:]), alpha))
    return Power(study, effect, alpha, tuple(cells), left_out)


# What is asked
def _known(study: str, runs: int, effect: float, alpha: float, sizes: Sequence[Sequence[int]]) -> None:
    if study not in STUDIES:
        raise UsageError(f"study {study!r} is unknown; there are: {', '.join(STUDIES)}")
    if runs < 2:
        raise UsageError(f"runs: got {runs}, wanted 2 or more")
    if not (math.isfinite(effect) and 0 < effect <= 5):
        raise UsageError(f"effect: got {effect}, wanted more than 0 and at most 5 times the model's")
    if not 0 < alpha < 1:
        raise UsageError(f"alpha: got {alpha}, wanted more than 0 and less than 1")
    for name, values, least in zip(("clients", "therapists", "sessions"), sizes, (1, 1, 2), strict=True):
        if not values or any(not isinstance(one, int | np.integer) or one < least for one in values):
            raise UsageError(f"{name}: got {list(values)}, wanted whole numbers of at least {least}")


def _sizes(study: Study, *grid: Sequence[int]) -> tuple[list[tuple[int, int, int]], tuple[str, ...]]:
    """(clients, therapists, sessions) that can be analysed, and why others cannot."""
    kept, left_out = [], []
    for n, k, t in product(*(sorted(set(values)) for values in grid)):
        why = _cannot(study, n, k, t)
        if why:
            left_out.append(f"{n} clients of {k} therapists, {t} sessions: {why}")
        else:
            kept.append((n, k, t))
    if not kept:
        raise UsageError(f"no size of the study can be analysed; {left_out[0]}")
    return kept, tuple(left_out)


def _cannot(study: Study, n: int, k: int, t: int) -> str:
    if n < 20:
        return "wanted 20 clients or more"
    if n < 2 * k:
        return "wanted two clients or more of each therapist"
    if k < 2:
        return "wanted two therapists or more"
    return "wanted three sessions or more" if study == "within" and t < 3 else ""


# One run
Run = Callable[[int], tuple[float, float]]


def _once(study: Study, p: Parameters, strength: float, size: tuple[int, int, int]) -> Run:
    """From a seed to p and estimate."""
    if study == "within":
        weaker = p.but(d_A=p.d_A * strength, h_A=p.h_A * strength, k_Ru=p.k_Ru * strength)
        return lambda seed: within_run(*_courses(size, weaker, seed))
    if study == "therapist":
        flatter = p.but(tau_a=p.tau_a * strength, tau_e=p.tau_e * strength)
        return lambda seed: therapist_run(*_courses(size, flatter, seed))
    scenario = told(REPAIR * strength, LEARNING * strength, p, (200, 40, size[2])) if strength else None
    return lambda seed: feedback_run(*_trial(size, p, scenario, seed))


def _courses(
    size: tuple[int, int, int], p: Parameters, seed: int, scenario: Scenario | None = None
) -> tuple[Truth, Bools]:
    """Courses, and which of them are in the study: therapists have as many clients each as can be, or one fewer."""
    n, k, t = size
    each = -(-n // k)
    courses = simulate(k, each, t, p, seed, scenario=scenario, engine="compiled", threads=1).truth
    # The last place of a therapist is free where clients do not come out even.
    place, therapist = np.arange(k * each) % each, courses.therapist - 1
    return courses, np.asarray((place < each - 1) | (therapist < n - k * (each - 1)), np.bool_)


def within_run(truth: Truth, kept: Bools) -> tuple[float, float]:
    """p and the standardised effect of the alliance on the next score, within people, given the score before."""
    one, ratio = within_model(truth.score[kept], truth.client_rating[kept], truth.therapist[kept])
    return one.p_value, one.estimate * ratio


def within_model(score: Floats, rating: Floats, therapist: Any) -> tuple["FixedEffect", float]:
    """The effect of a rating on the next score, [course, session] each, NaN where not given; and what makes it SDs."""
    from accord.evidence import fit

    y, x, before = score[:, 1:], rating[:, :-1], score[:, :-1]
    client, session = np.nonzero(~(np.isnan(y) | np.isnan(x) | np.isnan(before)))
    y, x, before = (values[client, session] for values in (y, x, before))
    usual = _usual(x, client)
    data = {
        "y": y, "x_within": x - usual, "x_between": usual, "before": before - _usual(before, client),
        "log_session": np.log(session + 1.0), "client": client, "therapist": therapist[client],
    }  # fmt: skip
    found = fit("y ~ x_within + before + x_between + log_session + (1 | client) + (1 | therapist)", data)
    one = next(each for each in found.fixed if each.term == "x_within")
    return one, float((x - usual).std() / (y - _usual(y, client)).std())


def _usual(values: Floats, client: Any) -> Floats:
    """Each row's mean of its client."""
    mean = np.bincount(client, values) / np.maximum(np.bincount(client), 1)
    return np.asarray(mean[client], np.float64)


def therapist_run(truth: Truth, kept: Bools) -> tuple[float, float]:
    """p of therapists sharing nothing, and their share of the outcome's variance."""
    from accord.evidence import fit
    from accord.evidence.therapists import nothing_p

    data = {"last": truth.last_score[kept], "first": truth.score[kept, 0], "therapist": truth.therapist[kept]}
    found = fit("last ~ first + (1 | therapist)", data)
    tau2 = found.random[0].vcov
    return nothing_p(found), tau2 / (tau2 + found.sigma2)


class Trial(NamedTuple):
    last: Floats
    first: Floats
    therapist: Any
    arm: Floats


def _trial(size: tuple[int, int, int], p: Parameters, scenario: Scenario | None, seed: int) -> Trial:
    """Half of each therapist's clients under feedback, drawn anew in each run; without a scenario neither arm is."""
    usual, kept = _courses(size, p, seed)
    arm = _arms(usual.therapist, seed)
    last = usual.last_score
    if scenario is not None:
        last = np.where(arm, _courses(size, p, seed, scenario)[0].last_score, last)
    return Trial(last[kept], usual.score[kept, 0], usual.therapist[kept], arm[kept].astype(np.float64))


def _arms(therapist: Any, seed: int) -> Bools:
    """At random half of each therapist's clients; of an odd number the spare one goes either way."""
    rng = np.random.default_rng([seed, ARMS])
    order = np.lexsort((rng.random(len(therapist)), therapist))
    place = np.empty(len(therapist), np.int64)
    place[order] = np.arange(len(therapist)) - np.searchsorted(therapist, therapist[order])
    first = rng.integers(0, 2, int(therapist.max()) + 1)
    return np.asarray((place + first[therapist]) % 2 == 1, np.bool_)


def feedback_run(*trial: Any) -> tuple[float, float]:
    """p of no difference between the arms, and d: how much lower the last score is under feedback, given the first."""
    from accord.evidence import fit

    data = Trial(*trial)._asdict()
    found = fit("last ~ first + arm + (1 | therapist)", data)
    one = next(each for each in found.fixed if each.term == "arm")
    return one.p_value, -one.estimate / math.sqrt(found.sigma2 + found.random[0].vcov)


def _safely(run: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    """A run that cannot be analysed found nothing, and is counted as failed."""
    try:
        return run()
    except DataError:
        return math.nan, math.nan


# What came of it
def _cell(size: tuple[int, int, int], with_: Floats, without: Floats, alpha: float) -> Cell:
    estimates = with_[np.isfinite(with_[:, 1]), 1]
    error = float(estimates.std(ddof=1) / math.sqrt(len(estimates))) if len(estimates) > 1 else math.nan
    failed = int(np.isnan(with_[:, 0]).sum() + np.isnan(without[:, 0]).sum())
    mean = float(estimates.mean()) if len(estimates) else math.nan
    return Cell(*size, len(with_), share(with_[:, 0] < alpha), share(without[:, 0] < alpha), mean, error, failed)


def share(hits: Any) -> Share:
    """A share of runs, its Monte Carlo error, and Wilson's interval, which is right at 0 and 1 too."""
    n, k = len(hits), int(np.sum(hits))
    value, z2 = k / n, NINETEEN_IN_TWENTY**2
    middle = (value + z2 / (2 * n)) / (1 + z2 / n)
    half = NINETEEN_IN_TWENTY / (1 + z2 / n) * math.sqrt(value * (1 - value) / n + z2 / (4 * n * n))
    return Share(value, math.sqrt(value * (1 - value) / n), max(middle - half, 0.0), min(middle + half, 1.0))


WHAT = {
    "within": "the effect of the alliance on the next score, within people",
    "therapist": "a difference between therapists",
    "feedback": "an effect of feedback",
}


def _words(found: Power) -> Iterator[str]:
    best = found.smallest
    what = WHAT[found.study]
    if best is None:
        most = max(found.cells, key=lambda cell: cell.power.value)
        yield (
            f"No size in this grid reaches 80%: {_size(most)} finds {what} in {_of_100(most.power)}. Ask for a larger "
            "grid."
        )
    else:
        yield f"Smallest in this grid with 80%: {_size(best)}, which finds {what} in {_of_100(best.power)}."
        if best.power.low < WANTED:
            yield "Its interval reaches below 80, so it could be somewhat too small: take more runs, or a size more."
    high = [cell for cell in found.cells if cell.false.low > found.alpha]
    if high:
        worst = max(high, key=lambda cell: cell.false.value)
        yield (
            f"Where there is nothing, {_size(worst)} still finds something in {_of_100(worst.false)}, more than the "
            f"{100 * found.alpha:g} it should: part of its power is not real."
        )
    failed = sum(cell.failed for cell in found.cells)
    if failed:
        yield f"{failed} runs could not be analysed and count as having found nothing."


def _size(cell: Cell) -> str:
    return f"{cell.clients} clients of {cell.therapists} therapists over {cell.sessions} sessions"


def _of_100(part: Share) -> str:
    return f"{100 * part.value:.0f} of 100 runs (between {100 * part.low:.0f} and {100 * part.high:.0f})"


def _picture(found: Power) -> str:
    from matplotlib.figure import Figure

    from accord.evidence.surface.drawing import svg_of

    figure = Figure(figsize=(7.5, 4.8), layout="constrained")
    axes = figure.subplots()
    lines: dict[tuple[int, int], list[Cell]] = {}
    for cell in found.cells:
        lines.setdefault((cell.therapists, cell.sessions), []).append(cell)
    for place, ((therapists, sessions), cells) in enumerate(lines.items()):
        x = [cell.clients for cell in cells]
        y = np.array([cell.power.value for cell in cells])
        # An interval of Wilson's need not hold the share itself at 0 and 1.
        ends = np.maximum([[c.power.value - c.power.low, c.power.high - c.power.value] for c in cells], 0.0).T
        style: dict[str, Any] = {"marker": "osD^v<>p"[place % 8], "linestyle": ("-", "--", ":", "-.")[place % 4]}
        axes.errorbar(x, y, yerr=ends, capsize=3, label=f"{therapists} therapists, {sessions} sessions", **style)
    axes.axhline(WANTED, color="0.4", linewidth=1, linestyle="--")
    axes.axhline(found.alpha, color="0.4", linewidth=1, linestyle=":")
    axes.set(xlabel="clients in all", ylabel="share of runs that find it", ylim=(0, 1.02))
    figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    title = f"Power to find {WHAT[found.study]}"
    axes.set_title(title, fontsize=10)
    each = "; ".join(f"{_size(cell)}: {_of_100(cell.power)}" for cell in found.cells)
    said = f"Share of simulated studies that find it, with 95% intervals; lines at 80% and at {found.alpha:g}. {each}."
    return svg_of(figure, title, said, f"power-{found.study}")
