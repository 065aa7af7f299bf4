"""`accord evidence share` and `pool`, file by file; broken and hostile files get a line each, never a traceback."""

import copy
import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.cli import main
from accord.errors import AccordError
from accord.evidence import fit
from accord.evidence.sharing import Site, pool, read_ask, read_share, write
from accord.evidence.sharing.written import seal

BLOCKS = "y ~ x + session + (1 + x | therapist)"
PEOPLE = "y ~ x + (1 + x | client) + (1 | therapist)"
Run = Callable[..., tuple[int, str, str]]


def site(at: int, size: int = 60) -> pl.DataFrame:
    """Four therapists of 15 clients each, who came up to five times."""
    dice = np.random.default_rng(at)
    who = np.repeat(np.arange(size), 5)
    x, session = dice.normal(at, 1, len(who)), np.tile(np.arange(5.0), size)
    y = 2 + 0.4 * x - 0.2 * session + dice.normal(size=size)[who] + dice.normal(size=4)[who % 4]
    y += dice.normal(size=len(who)) + 0.4 * dice.normal(size=size)[who] * x
    rows = {"y": y, "x": x, "session": session, "client": who + 1000 * at, "therapist": who % 4 + 10 * at}
    return pl.DataFrame(rows).filter(pl.Series(dice.random(len(who)) < 0.9))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def told(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["evidence", *map(str, words)])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for at in (1, 2, 3):
        site(at).write_csv(tmp_path / f"{at}.csv")
    return tmp_path


def shared(run: Run, folder: Path, formula: str, *more: object) -> list[Path]:
    for at in (1, 2, 3):
        code, _, err = run("share", formula, folder / f"{at}.csv", "--out", folder / f"{at}.json", *more)
        assert (code, err) == (0, "")
    return [folder / f"{at}.json" for at in (1, 2, 3)]


def test_one_round_by_files_gives_what_fit_gives(run: Run, folder: Path) -> None:
    code, out, err = run("pool", *shared(run, folder, BLOCKS), "--json")
    assert (code, err) == (0, "")
    found, whole = json.loads(out), fit(BLOCKS, pl.concat([site(at) for at in (1, 2, 3)]))
    assert [one["estimate"] for one in found["fixed"]] == pytest.approx(whole.beta.tolist(), rel=1e-8)
    assert [one["df"] for one in found["fixed"]] == pytest.approx(whole.df.tolist(), rel=1e-8)
    assert found["criterion"] == pytest.approx(whole.criterion, rel=1e-8)
    assert (found["nobs"], found["groups"]) == (whole.nobs, whole.groups)


def test_rounds_by_files_end_where_fit_ends(run: Run, folder: Path) -> None:
    """Each round is a file to each site and one back, until the fit is there; it can be left and taken up again."""
    files, ask, rounds = shared(run, folder, PEOPLE), folder / "ask.json", 0
    while True:
        code, out, err = run("pool", *files, "--ask", ask, "--json")
        assert (code, err) == (0, "")
        found = json.loads(out)
        if found.get("done", True):
            break
        rounds += 1
        files = shared(run, folder, PEOPLE, "--ask", ask)
    whole = fit(PEOPLE, pl.concat([site(at) for at in (1, 2, 3)]))
    assert rounds < 15
    assert [one["estimate"] for one in found["fixed"]] == pytest.approx(whole.beta.tolist(), rel=1e-7)
    assert found["criterion"] <= whole.criterion + 1e-8
    again, _, _ = run("pool", *reversed(files))
    assert again == 0


def test_it_says_what_was_sent_and_what_to_do_next(run: Run, folder: Path) -> None:
    _, out, _ = run("share", BLOCKS, folder / "1.csv", "--out", folder / "a.json")
    assert "60 people: sums of each block" in out
    _, out, _ = run("share", PEOPLE, folder / "1.csv", "--out", folder / "a.json")
    assert "60 people: sums of everybody; answers come in rounds" in out
    _, out, _ = run("share", PEOPLE, folder / "2.csv", "--out", folder / "b.json", "--json")
    told = json.loads(out)
    assert (told["kind"], told["people"], told["units"]) == ("rounds", 60, {"client": 60, "therapist": 4})
    code, _, err = run("pool", folder / "a.json", folder / "b.json")
    assert (code, "--ask FILE" in err) == (2, True)
    code, out, _ = run("pool", folder / "a.json", folder / "b.json", "--ask", folder / "ask.json")
    assert (code, "Not done yet" in out) == (0, True)
    _, out, _ = run("share", PEOPLE, folder / "1.csv", "--out", folder / "a.json", "--ask", folder / "ask.json")
    assert "16 answers, each a sum over everybody" in out


def test_no_name_and_no_row_is_in_the_file(run: Run, folder: Path) -> None:
    rows = site(1).with_columns(
        therapist="T-" + pl.col("therapist").cast(pl.String), client="C-" + pl.col("client").cast(pl.String)
    )
    rows.write_csv(folder / "1.csv")
    for formula in (BLOCKS, PEOPLE):
        run("share", formula, folder / "1.csv", "--out", folder / "a.json")
        text = (folder / "a.json").read_text(encoding="utf-8")
        assert not [word for word in ("T-", "C-", str(rows["y"][0]), str(rows["x"][0])) if word in text]


def test_rows_that_were_left_out_are_told_at_the_site_alone(run: Run, folder: Path) -> None:
    site(1).with_columns(x=pl.when(pl.col("session") > 0).then("x")).write_csv(folder / "1.csv")
    _, out, _ = run("share", BLOCKS, folder / "1.csv", "--out", folder / "a.json")
    assert "rows with a gap were left out" in out
    assert "gap" not in (folder / "a.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("share 'y ~ nobody + (1 | therapist)' {0}/1.csv --out {0}/a.json", 2, "nobody"),
        ("share 'y ~ x + (1 | therapist)' {0}/1.csv --out {0}/a.txt", 2, ".json"),
        ("share 'y ~ x + (1 | therapist)' {0}/1.csv --out {0}/a.json --person who", 1, "who"),
        ("share 'y ~ x + (1 | therapist)' {0}/1.csv --out {0}/a.json --levels arm", 2, "--levels"),
        ("share 'y ~ x + (1 | therapist)' {0}/none.csv --out {0}/a.json", 2, "none.csv"),
        ("share 'y ~ x + (1 | therapist)' {0}/1.csv --out {0}/a.json --ask {0}/none.json", 2, "none.json"),
        ("share 'y ~ x + (1 | therapist)' {0}/1.csv --out {0}/a.json --ask {0}/1.csv", 1, "is no JSON"),
        ("pool {0}/1.csv {0}/2.csv", 1, "is no JSON"),
        ("pool {0}/none.json {0}/2.csv", 2, "cannot be read"),
        ("pool {0} {0}", 2, "cannot be read"),
    ],
)
def test_a_wrong_call_is_one_line(run: Run, folder: Path, words: str, code: int, said: str) -> None:
    got, out, err = run(*shlex.split(words.format(folder)))
    assert (out, err.count("\n"), err.startswith("accord: ")) == ("", 1, True)
    assert said in err
    assert got in (1, 2) if said in ("nobody", "who") else got == code


def test_shares_that_do_not_go_together_are_named_by_their_files(run: Run, folder: Path) -> None:
    shared(run, folder, BLOCKS)
    run("share", "y ~ x + (1 | therapist)", folder / "2.csv", "--out", folder / "other.json")
    code, _, err = run("pool", folder / "1.json", folder / "other.json")
    assert code == 1
    assert "other.json does not go with" in err
    assert "its formula is" in err
    (folder / "copy.json").write_bytes((folder / "1.json").read_bytes())
    code, _, err = run("pool", folder / "1.json", folder / "2.json", folder / "copy.json")
    assert code == 1
    assert "copy.json is of the same data as" in err


# Files as an enemy writes them
@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What three sites write: blocks, and answers to a first question; and that question."""
    place, made = tmp_path_factory.mktemp("files") / "one.json", {}
    for name, formula in (("blocks", BLOCKS), ("rounds", PEOPLE)):
        those = [Site(formula, site(at)) for at in (1, 2, 3)]
        shares: Any = [one.share() for one in those]
        if name == "rounds":
            ask: Any = pool(shares)
            write(ask, place)
            made["ask"] = [json.loads(place.read_text(encoding="utf-8"))]
            shares = [one.share(ask) for one in those]
        made[name] = []
        for share in shares:
            write(share, place)
            made[name].append(json.loads(place.read_text(encoding="utf-8")))
    return made


def put(told: Any, path: Path, *, sealed: bool = True) -> Path:
    if sealed and isinstance(told, dict):
        told = {**told, "seal": seal(told)}
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


WORSE: list[tuple[str, Any]] = [
    ("what", "accord evidence ask"), ("version", 2), ("version", True), ("kind", "rows"), ("formula", "y ~ x"),
    ("formula", "y ~ __import__('os') + (1 | therapist)"), ("formula", 3), ("columns", ["y"]), ("columns", "x"),
    ("fixed", [0, 0]), ("fixed", [99]), ("fixed", []), ("random", [[0]] * 9), ("random", None), ("categories", [["a"]]),
    ("weights", 5), ("rows", -1), ("rows", True), ("rows", 10**15), ("rows", 2.5), ("people", 0), ("people", 10**9),
    ("mean", [1]), ("mean", None), ("spread", [-1.0, 1, 1, 1]), ("total", [[1, 2], [3, 4]]), ("total", "x"),
    ("weight", -1), ("weight", "1"), ("log_weights", [1]), ("units", {}), ("units", {"therapist": 0}),
    ("units", {"therapist": 10**6}), ("blocks", {}), ("blocks", {"therapist": []}),
    ("inside", {"therapist": [0, 0, 0, 9]}),
    ("inside", {"therapist": [0, 1, 2, 2]}), ("inside", [0]), ("site", "0" * 64), ("answers", []), ("asked", 3),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WORSE, ids=[f"{name} {str(value)[:20]}" for name, value in WORSE])
def test_a_changed_field_is_refused_by_its_name(files: Any, tmp_path: Path, name: str, value: Any) -> None:
    kind = "rounds" if name in ("answers", "asked") else "blocks"
    path = put({**files[kind][0], name: value}, tmp_path / "a.json")
    with pytest.raises(AccordError, match=r"a\.json"):
        read_share(path)


def test_a_number_changed_by_hand_breaks_the_seal(files: Any, tmp_path: Path) -> None:
    told = copy.deepcopy(files["blocks"][0])
    told["blocks"]["therapist"][0][0][0] += 1
    with pytest.raises(AccordError, match="not as it was written"):
        read_share(put(told, tmp_path / "a.json", sealed=False))
    with pytest.raises(AccordError, match="do not add up"):
        read_share(put(told, tmp_path / "a.json"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "3",
        '"x"',
        "{",
        "[" * 100_000,
        '{"what": NaN}',
        "\x00",
        '{"what": "accord evidence share"}',
        "é" * 9,
    ],
)
def test_what_is_no_share_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="latin-1")
    for read in (read_share, read_ask):
        with pytest.raises(AccordError, match=r"a\.json"):
            read(tmp_path / "a.json")


def leaves(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for name, value in inner:
        yield (*path, name)
        yield from leaves(value, (*path, name))


ODD = [None, True, -1, 0, 1e-300, 1e300, 10**400, 1.5, "x", [], {}, [[]], -1e9, 7, ["x"], {"x": 1}]


@pytest.mark.parametrize("kind", ["blocks", "rounds", "ask"])
def test_hundreds_of_changed_files_end_in_a_named_error_or_a_fit(files: Any, tmp_path: Path, kind: str) -> None:
    """Sealed and named anew, so that nothing but the numbers themselves can tell."""
    dice, rows = np.random.default_rng(7), Site(PEOPLE, site(1))
    others = [read_share(put(told, tmp_path / "b.json")) for told in files[kind][1:]]
    places, refused = list(leaves(files[kind][0])), 0
    for _ in range(400):
        told = copy.deepcopy(files[kind][0])
        *way, last = places[dice.integers(len(places))]
        inner = told
        for step in way:
            inner = inner[step]
        inner[last] = ODD[dice.integers(len(ODD))]
        try:
            path = put(told, tmp_path / "a.json")
            if kind == "ask":
                rows.share(read_ask(path))
            else:
                pool([read_share(path), *others])
        except AccordError as error:
            refused += bool(str(error))
    assert refused > 300
