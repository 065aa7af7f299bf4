"""`accord evidence`: what programs read, names in formulas, exit codes, files that are not what they should be."""

import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.cli import main
from accord.cli.evidence_formula import resolved
from accord.errors import TableError, UsageError
from accord.mechanism import simulate

Said = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def told(*words: object) -> Said:
        with pytest.raises(SystemExit) as left:
            main(["evidence", *map(str, words)])
        out = capsys.readouterr()
        return int(left.value.code or 0), out.out, out.err

    return told


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("courses") / "courses.csv"
    simulate(12, 20, 10, seed=3).to_frame().write_csv(file)
    return file


@pytest.fixture
def panel(run: Callable[..., Said], courses: Path, tmp_path: Path) -> Path:
    out = tmp_path / "panel.parquet"
    assert run("panel", courses, "--out", out)[0] == 0
    return out


def test_a_panel_is_written_and_told(run: Callable[..., Said], courses: Path, tmp_path: Path) -> None:
    code, out, err = run("panel", courses, "--out", tmp_path / "p.csv", "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert {"phq9", "phq9_next", "alliance_within", "alliance_between", "session", "client", "therapist"} <= set(
        told["columns"]
    )
    assert pl.read_csv(tmp_path / "p.csv").height == told["rows"]
    assert {one["reason"] for one in told["left_out"]} == {
        "session without a rating", "in the panel, and without a later score of the outcome",
    }  # fmt: skip


def test_a_panel_goes_to_stdout_and_what_is_said_of_it_to_stderr(run: Callable[..., Said], courses: Path) -> None:
    code, out, err = run("panel", courses, "--out", "-")
    assert code == 0
    assert out.startswith("therapist,client,session,log_session,phq9,phq9_next")
    assert "rated sessions of 240 clients" in err


def test_the_fit_has_the_shape_that_programs_read(run: Callable[..., Said], panel: Path) -> None:
    formula = (
        "phq9_next ~ alliance_within + alliance_between + session + (1 + alliance_within | client) + (1 | therapist)"
    )
    code, out, _ = run("fit", formula, panel, "--json")
    told = json.loads(out)
    assert code == 0
    assert list(told["fixed"][0]) == [
        "term",
        "estimate",
        "std.error",
        "statistic",
        "df",
        "p.value",
        "conf.low",
        "conf.high",
    ]
    assert [one["term"] for one in told["fixed"]] == ["(Intercept)", "alliance_within", "alliance_between", "session"]
    assert [(one["group"], one["term1"], one["term2"]) for one in told["random"]] == [
        ("client", "(Intercept)", None), ("client", "alliance_within", None),
        ("client", "(Intercept)", "alliance_within"), ("therapist", "(Intercept)", None),
    ]  # fmt: skip
    assert {"sigma2", "logLik", "criterion", "nobs"} <= set(told)
    assert told["criterion"] == pytest.approx(-2 * told["logLik"])


def test_the_fit_is_that_of_the_library(run: Callable[..., Said], panel: Path) -> None:
    from accord.evidence import fit

    found = fit("phq9 ~ log_session + (1 | client)", pl.read_parquet(panel), method="ml")
    told = json.loads(run("fit", "phq9 ~ log_session + (1 | client)", panel, "--method", "ml", "--json")[1])
    assert [one["estimate"] for one in told["fixed"]] == pytest.approx([one.estimate for one in found.fixed])
    assert told["logLik"] == pytest.approx(found.logLik)


def test_a_fit_for_people_has_intervals_and_says_how_many_rows(run: Callable[..., Said], panel: Path) -> None:
    code, out, _ = run("fit", "phq9 ~ session + (1 | client)", panel)
    assert code == 0
    assert "240 client" in out
    assert "Satterthwaite" in out


SAME = [
    "phq9 ~ session + (1 | client)",
    "`phq-9.client` ~ session + (1 | client)",
    "`phq9` ~ `session` + (1 | `client`)",
    "`phq-9` ~ session + (1 | client)",
]


@pytest.mark.parametrize("formula", SAME)
def test_columns_are_known_by_plain_name_and_in_backticks(
    run: Callable[..., Said], courses: Path, formula: str
) -> None:
    told = json.loads(run("fit", formula, courses, "--json")[1])
    assert told["fixed"][1]["term"] == "session"
    assert told["nobs"] > 1000


@pytest.mark.parametrize("name", ["phq-9", "phq-9.client", "phq-9_next", "phq-9.client.1"])
def test_a_hyphenated_column_without_backticks_is_refused_with_its_alias(
    run: Callable[..., Said], courses: Path, name: str
) -> None:
    code, out, err = run("fit", f"{name} ~ session + (1 | client)", courses)
    assert (code, out) == (2, "")
    assert "would be read as a subtraction; write phq9" in err


def test_taking_a_term_away_is_no_hyphenated_column() -> None:
    table = pl.DataFrame({"y": [1.0], "x": [1.0], "x1": [2.0], "g": [1]})
    assert resolved("y ~ x-1 + (1|g)", table)[0] == "y ~ x-1 + (1|g)"


def test_items_have_two_names() -> None:
    table = pl.DataFrame({"phq-9_1": [1.0], "alliance.therapist.trust": [2.0], "g": [1]})
    text, used = resolved("`phq-9_1` ~ alliance_therapist_trust + (1|g)", table)
    assert text == "phq9_1 ~ alliance_therapist_trust + (1|g)"
    assert used == {"phq9_1": "phq-9_1", "alliance_therapist_trust": "alliance.therapist.trust", "g": "g"}


def test_two_columns_of_one_name_matter_only_where_it_is_used() -> None:
    table = pl.DataFrame({"phq-9.client": [1.0], "phq9": [1.0], "y": [1.0], "g": [1]})
    assert resolved("y ~ 1 + (1|g)", table)[0]
    with pytest.raises(UsageError, match="both 'phq9'"):
        resolved("phq9 ~ 1 + (1|g)", table)


@pytest.mark.parametrize("formula", ["`no such` ~ 1 + (1|g)", "`y ~ 1 + (1|g)"])
def test_unknown_and_open_backticks_are_refused(formula: str) -> None:
    with pytest.raises((TableError, UsageError)):
        resolved(formula, pl.DataFrame({"y": [1.0], "g": [1]}))


HOSTILE = [
    "phq9 ~ __import__('os').system('touch {mark}') + (1|client)",
    "phq9 ~ I(__import__('os').system('touch {mark}')) + (1|client)",
    "phq9 ~ eval('1') + (1|client)",
    "phq9 ~ open('{mark}','w') + (1|client)",
    "phq9 ~ session.__class__ + (1|client)",
    "phq9 ~ np.exp(session) + (1|client)",
    "phq9 ~ I(().__class__.__bases__) + (1|client)",
    "phq9 ~ I((lambda: 1)()) + (1|client)",
    "phq9 ~ I(9**9**9**9) + (1|client)",
    "phq9 ~ I([session for session in 1]) + (1|client)",
    "phq9 ~ `session` + `__import__('os')` + (1|client)",
    "phq9 ~ session + (1 | __import__('os'))",
    "phq9 ~ session + (exec('1') | client)",
    "phq9 ~ {{session}} + (1|client)",
    "phq9 ~ session; import os + (1|client)",
    "phq9 ~ session\nimport os + (1|client)",
    "phq9 ~ poly(session, 10**9) + (1|client)",
    "phq9 ~ bs(session, df=1000000000) + (1|client)",
    "phq9 ~ (session + phq9)**99999 + (1|client)",
    "phq9 ~ " + "(" * 500 + "session" + ")" * 500 + " + (1|client)",
    "phq9 ~ " + "+".join(["session"] * 2000) + " + (1|client)",
    "phq9", "", "~", "phq9 ~", "~ session + (1|client)", "phq9 ~ session | client", "phq9 ~ session",
    "phq9 ~ session + (1|", "phq9 ~ (|client)",
    "phq9 ~ session + (1 | client | client)", "phq9 ~ 'x' + (1|client)",
    "\x00", "\ud800 ~ 1 + (1|client)", "phq9 ~ 💥 + (1|client)",
    "phq9 ~ I((((((((9**12)**12)**12)**12)**12)**12)**12)**12) + (1|client)",
    "phq9 ~ cr(df=10**8, x=session) + (1|client)",
    "phq9 ~ log(bs(session, degree=100000)) + (1 | client)", "phq9 ~ session + (bs(session, df=10**9) | client)",
]  # fmt: skip


@pytest.mark.parametrize("formula", HOSTILE, ids=range(len(HOSTILE)))
def test_a_formula_runs_nothing_and_is_refused_in_one_line(
    run: Callable[..., Said], courses: Path, tmp_path: Path, formula: str
) -> None:
    mark = tmp_path / "mark"
    code, out, err = run("fit", formula.replace("{mark}", str(mark)), courses)
    assert code in (1, 2)
    assert out == ""
    assert err.startswith("accord: ")
    assert err.count("\n") == 1
    assert not mark.exists()


def test_bad_cells_of_used_columns_are_named_and_others_are_not_looked_at(
    run: Callable[..., Said], tmp_path: Path
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("y,x,z,g\n1,2,oops,a\nbad,3,1,a\n3,inf,1,b\n4,5,1,b\n5,6,1,c\n6,8,1,c\n")
    code, out, err = run("fit", "y ~ x + (1 | g)", file)
    assert (code, out) == (1, "")
    assert "row 2, column y: got bad" in err
    assert "row 3, column x: got inf" in err
    assert "oops" not in err


def test_words_are_categories_and_numbers_in_a_grouping_column_stay_codes(
    run: Callable[..., Said], tmp_path: Path
) -> None:
    draw = np.random.default_rng(1)
    arm = ["tau", "dbt"] * 60
    table = pl.DataFrame({"y": draw.normal(size=120), "arm": arm, "g": [str(k // 4).zfill(3) for k in range(120)]})
    table.write_csv(tmp_path / "t.csv")
    told = json.loads(run("fit", "y ~ arm + (1 | g)", tmp_path / "t.csv", "--json")[1])
    assert told["groups"] == {"g": 30}
    assert len(told["fixed"]) == 2


def test_the_report_is_a_page_and_json(run: Callable[..., Said], courses: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    code, out, err = run(
        "report", courses, "--out", page, "--json-out", data, "--on", "2026-05-31", "--title", "A title"
    )
    assert (code, err) == (0, "")
    assert "Written to" in out
    told = json.loads(data.read_text())
    assert (told["title"], told["made_on"], told["suppressed_below"]) == ("A title", "2026-05-31", None)
    assert "<h1>A title</h1>" in page.read_text()


def test_the_hash_is_that_of_the_file(run: Callable[..., Said], courses: Path, tmp_path: Path) -> None:
    import hashlib

    told = json.loads(run("report", courses, "--out", tmp_path / "r.html", "--json")[1])
    assert told["hash"] == hashlib.sha256(courses.read_bytes()).hexdigest()


def test_a_suppressed_report_has_no_small_count(run: Callable[..., Said], courses: Path, tmp_path: Path) -> None:
    told = json.loads(run("report", courses, "--out", tmp_path / "r.html", "--suppress", 10, "--json")[1])
    assert told["suppressed_below"] == 10


def test_bad_rows_are_all_named_and_nothing_is_written(run: Callable[..., Said], tmp_path: Path) -> None:
    file, page = tmp_path / "t.csv", tmp_path / "r.html"
    file.write_text("client,session,phq-9.client\na,1,5\na,0,6\na,3,99\n,4,1\na,1,7\n")
    for verb in (["report", file, "--out", page], ["panel", file, "--out", tmp_path / "p.csv"]):
        code, out, err = run(*verb)
        assert (code, out) == (1, "")
        assert [line.split(":")[1].strip() for line in err.splitlines()[:-1]] == [
            "row 2, column session", "row 3, column phq-9.client", "row 4, column client",
        ]  # fmt: skip
        assert "3 rows cannot be used" in err
    assert not page.exists()
    assert not (tmp_path / "p.csv").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["panel", "no-such-file.csv", "--out", "p.csv"],
        ["report", "no-such-file.csv", "--out", "r.html"],
        ["fit", "y ~ 1 + (1|g)", "no-such-file.csv"],
        ["fit", "y ~ 1 + (1|g)", "{file}", "--method", "bayes"],
        ["panel", "{file}", "--out", "p.xlsx"],
        ["panel", "{file}", "--out", "no/such/folder/p.csv"],
        ["report", "{file}", "--out", "r.pdf"],
        ["report", "{file}", "--out", "r.html", "--suppress", "1"],
        ["report", "{file}", "--out", "r.html", "--on", "yesterday"],
        ["report", "{file}", "--out", "r.html", "--map", "no-such-map.toml"],
        ["panel", "{file}", "--out", "p.csv", "--detrend", "cubic"],
        ["panel", "{file}"],
    ],
)
def test_a_wrong_call_is_exit_2(
    run: Callable[..., Said], courses: Path, tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*(word.replace("{file}", str(courses)) for word in words))
    assert (code, out) == (2, "")
    assert err
    assert list(tmp_path.iterdir()) == []


def test_the_schema_names_each_column_of_a_panel(run: Callable[..., Said]) -> None:
    told = run("schema")[1]
    assert all(f"`{name}`" in told for name in ("log_session", "weeks_since_previous", "gap", "x_within", "std.error"))


def test_a_map_reads_a_table_of_another_form(run: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[columns]\nclient = "who"\nsession = "nr"\n[measures]\n"phq-9.client" = "score"\n'
    )
    (tmp_path / "t.csv").write_text("who,nr,score\na,1,5\na,2,x\na,3,7\n")
    code, out, err = run("panel", tmp_path / "t.csv", "--map", tmp_path / "m.toml", "--out", "-")
    assert code == 0
    assert "kept out by the map, not a number: 1" in err
    assert out.count("\n") == 3


# Malformed and hostile tables
NAMES = [
    "client", "session", "therapist", "practice", "held_on", "attended", "phq-9.client", "alliance.client",
    "alliance.therapist", "phq-9.client.1", "phq9", "alliance", "<b>x</b>", "=cmd()", "client ", "CLIENT", "",
    "\u202e", "log_session", "course", "gap", "__class__", "phq-9.client.<script>",
]  # fmt: skip
CELLS = [
    "", "1", "2", "3", "4.5", "0", "-1", "27", "28", "nan", "inf", "-inf", "1e400", "9" * 350, "abc", "=1+1",
    "'", '"', ",", "\n",
    "2026-01-01", "2026-13-45", "0001-01-01", "9999-12-31", "yes", "no", "ﷺ", "💥", "\u202e", "a\u0301", "NA",
    "None", " 1 ",
    "1,5", "0x1F", "1_000", "½", "<script>alert(1)</script>", "../../etc/passwd", "%s%n", "null",
]  # fmt: skip


def hostile(seed: int) -> pl.DataFrame:
    """A table that is nearly right, or not at all: the same seed gives the same one."""
    dice = random.Random(seed)
    rows = dice.choice([0, 1, 1, 2, 3, 7, 30, 120])
    wanted = dice.sample(NAMES, dice.randint(0, 7)) if dice.random() < 0.2 else NAMES[: dice.randint(2, 9)]
    spoilt = dice.choice([0.0, 0.0, 0.02, 0.3, 1.0])
    kind = dice.choice(["whole", "one client", "no therapist", "constant", "twice", "huge"])
    columns = {name: [cell(dice, name, row, kind, spoilt) for row in range(rows)] for name in wanted}
    return pl.DataFrame(columns, schema_overrides=dict.fromkeys(wanted, pl.String))


def cell(dice: random.Random, name: str, row: int, kind: str, spoilt: float) -> str | None:
    if dice.random() < spoilt:
        return dice.choice(CELLS)
    good: dict[str, Any] = {
        "client": 1 if kind == "one client" else row // 4,
        "therapist": "" if kind == "no therapist" else row // 12,
        "practice": row // 60,
        "session": 1 if kind == "twice" else row % 4 + 1,
        "held_on": f"2026-01-{row % 4 * 7 + 1:02}",
        "attended": dice.choice(["yes", "no", ""]),
    }
    if name in good:
        return str(good[name])
    if kind == "huge":
        return str(10 ** dice.randint(1, 300))
    return "3" if kind == "constant" else str(dice.randint(0, 3))


BATCHES = [range(start, start + 100) for start in range(0, 1000, 100)]


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: str(seeds.start))
def test_a_thousand_hostile_tables_give_a_result_or_one_named_error(
    run: Callable[..., Said], tmp_path: Path, seeds: range
) -> None:
    file, out = tmp_path / "t.parquet", tmp_path / "r.html"
    for seed in seeds:
        hostile(seed).write_parquet(file)
        verb = [
            ["report", file, "--out", out],
            ["panel", file, "--out", "-"],
            ["fit", "phq9 ~ session + (1|client)", file],
        ]
        code, said, err = run(*verb[seed % 3])
        assert code in (0, 1, 2), seed
        assert "Traceback" not in err, seed
        if code:
            assert said == "", seed
            assert err.splitlines()[-1].startswith("accord: "), seed
        if code == 0 and seed % 3 == 0:
            assert "<script" not in out.read_text(encoding="utf-8"), seed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=400), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
)
def test_bytes_of_any_kind_are_read_or_refused(run: Callable[..., Said], tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    for verb in (["panel", file, "--out", "-"], ["fit", "y ~ 1 + (1|g)", file]):
        code, _, err = run(*verb)
        assert code in (1, 2)
        assert "Traceback" not in err


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(formula=st.text(alphabet="xyg~+-*:^()|/ 0129`'\"._,=\\{}[]<>Clogpybsna", max_size=60))
def test_formulas_of_any_kind_are_fitted_or_refused(run: Callable[..., Said], tmp_path: Path, formula: str) -> None:
    file = tmp_path / "t.csv"
    draw = np.random.default_rng(1)
    pl.DataFrame({"y": draw.normal(size=24), "x": draw.normal(size=24), "g": [k // 4 for k in range(24)]}).write_csv(
        file
    )
    code, _, err = run("fit", f"y ~ {formula} + (1|g)", file)
    assert code in (0, 1, 2)
    assert "Traceback" not in err


def test_no_number_in_json_is_not_a_number(run: Callable[..., Said], tmp_path: Path) -> None:
    """Two people: some things cannot be estimated, and are null."""
    file = tmp_path / "t.csv"
    file.write_text("client,session,phq-9.client,alliance.client\na,1,5,3\na,2,6,3\nb,1,5,3\nb,2,9,3\n")
    told = json.loads(run("report", file, "--out", tmp_path / "r.html", "--json")[1], parse_constant=lambda word: 1 / 0)
    assert math.isfinite(len(told["sections"]))
