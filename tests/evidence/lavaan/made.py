"""Generated data that lavaan and psych were asked about; the same seeds give the same numbers in the tests.

python tests/evidence/lavaan/made.py FOLDER; Rscript tests/evidence/lavaan/record.R FOLDER tests/evidence/lavaan
"""

import sys
from pathlib import Path

import numpy as np

Columns = dict[str, np.ndarray]
# name: waves, people, whether values are missing
PANELS = {
    "panel3": (3, 250, False), "panel3missing": (3, 300, True), "panel5": (5, 1000, False),
    "panel5missing": (5, 1000, True), "panel8missing": (8, 400, True), "panel20": (20, 300, False),
}  # fmt: skip


def panel(waves: int, people: int, missing: bool) -> Columns:
    """Two variables that move each other within a person, with stable differences, trends, drop-out and holes."""
    dice = np.random.default_rng([waves, people, missing])
    usual = dice.multivariate_normal([0, 0], [[1.0, -0.4], [-0.4, 0.8]], people)
    now = dice.multivariate_normal([0, 0], [[1.0, -0.3], [-0.3, 1.0]], people)
    lags = np.array([[0.3, -0.15], [-0.1, 0.25]])
    made = np.empty((people, 2, waves))
    for t in range(waves):
        if t:
            now = now @ lags.T + dice.multivariate_normal([0, 0], [[0.8, -0.2], [-0.2, 0.7]], people)
        made[:, :, t] = np.array([10 - 0.5 * t, 3 + 0.1 * t]) + usual + now
    if missing:
        last = dice.integers(2, waves + 2, people)
        made[np.broadcast_to(np.arange(waves) >= last[:, None, None], made.shape)] = np.nan
        made[dice.random(made.shape) < 0.03] = np.nan
    return {f"{v}{t + 1}": made[:, at, t] for at, v in enumerate("xy") for t in range(waves)}


def factors(people: int = 420, missing: bool = False) -> Columns:
    """Two factors of three items each in two groups that differ in one intercept and one loading."""
    dice = np.random.default_rng([6, people, missing])
    group = dice.integers(1, 3, people)
    both = dice.multivariate_normal([0, 0], [[1.0, 0.5], [0.5, 1.2]], people) + 0.3 * (group == 2)[:, None]
    loading = np.array([1.0, 0.8, 1.2, 1.0, 0.7, 0.9])
    items = both[:, [0, 0, 0, 1, 1, 1]] * loading + dice.normal(size=(people, 6)) * [0.7, 0.8, 0.9, 0.6, 0.9, 0.8]
    items[:, 1] += 0.4 * (group == 2)
    items[:, 4] += 0.3 * both[:, 1] * (group == 2)
    items += [3, 2, 4, 1, 2, 3]
    if missing:
        items[dice.random(items.shape) < 0.1] = np.nan
    return {f"x{at + 1}": column for at, column in enumerate(items.T)} | {"g": group.astype(float)}


def repeated(people: int = 500) -> Columns:
    """Four items at three sessions of the same people, with drop-out; the third item drifts."""
    dice = np.random.default_rng([4, people])
    stable, own = dice.normal(size=people), 0.4 * dice.normal(size=(people, 4))
    loading, made = np.array([1.0, 0.9, 0.8, 1.1]), {}
    stays = np.ones(people, bool)
    for session in (1, 3, 6):
        stays &= (session == 1) | (dice.random(people) < 0.8)
        factor = 0.8 * stable + 0.6 * dice.normal(size=people) + 0.1 * session
        items = 3 + factor[:, None] * loading + own + 0.6 * dice.normal(size=(people, 4))
        items[:, 2] += 0.05 * session
        items[~stays] = np.nan
        made |= {f"{name}_{session}": column for name, column in zip("abcd", items.T, strict=True)}
    return made


def sessions(people: int = 150, same: bool = False) -> Columns:
    """Four items, a row a session, unequally many a person; or eight sessions of everyone."""
    dice = np.random.default_rng([5, people, same])
    count = np.full(people, 8) if same else dice.integers(1, 13, people)
    person = np.repeat(np.arange(people), count)
    session = np.concatenate([np.arange(1, n + 1) for n in count])
    between = (
        dice.normal(size=people)[person, None] * [0.8, 0.7, 0.9, 0.5] + 0.3 * dice.normal(size=(people, 4))[person]
    )
    within = dice.normal(size=len(person))[:, None] * [0.6, 0.5, 0.4, 0.7]
    moved = 0.2 * dice.normal(size=13)[session]
    items = 4 + between + within + moved[:, None] + dice.normal(size=(len(person), 4)) * [0.6, 0.7, 0.8, 0.5]
    named = {f"i{at + 1}": column for at, column in enumerate(items.T)}
    return {"client": person.astype(float), "session": session.astype(float)} | named


def scale(people: int = 260) -> Columns:
    """Six items that count unequally, on a scale from 1 to 5."""
    dice = np.random.default_rng([7, people])
    loading, error = [0.9, 0.8, 0.5, 0.7, 0.6, 1.0], [0.5, 0.7, 0.8, 0.6, 0.9, 0.5]
    items = dice.normal(size=(people, 1)) * loading + dice.normal(size=(people, 6)) * error
    return {f"q{at + 1}": column for at, column in enumerate(np.clip(np.round(3.4 + items), 1, 5).T)}


def everything() -> dict[str, Columns]:
    """All of it, by the name of its file."""
    made = {name: panel(*what) for name, what in PANELS.items()}
    made |= {"factors": factors(), "factorsmissing": factors(missing=True), "repeated": repeated()}
    return made | {"sessions": sessions(), "same": sessions(60, same=True), "scale": scale()}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in everything().items():
        rows = np.column_stack(list(data.values()))
        np.savetxt(folder / f"{name}.csv", rows, delimiter=",", header=",".join(data), comments="", fmt="%.17g")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
