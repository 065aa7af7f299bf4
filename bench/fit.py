"""Shortlists from many therapists, and a waiting list, beside peers; one run, every subject in a process of its own.

    python bench/fit.py [--quick] [--json]

gate      one person's expertise and hard limits over profiles in memory: language, region, gender, fee, hours, 50 km or
          video. `accord` also counts what each limit keeps out, which the peers do not. The same rows come from all.
shortlist the gate, the order, the spread and the cards.
file      `accord fit rank` on a Parquet file: reading, checking and all.
assign    10,000 people to 2,000 therapists with six places each, 40 % of the pairs possible, most accommodation in all.

Making the data, building tables and indexes, and a first run are not timed. `ratio` is CPU time against accord's on the
same job and size; `score` of `assign` is what was allotted. Absent subjects are named on stderr.
"""

import argparse
import contextlib
import io
import json
import math
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ON = date(2026, 5, 31)
SIZES = {"gate": (10_000, 100_000, 1_000_000), "shortlist": (10_000, 100_000, 1_000_000), "file": (1_000_000,)}
PEOPLE = 10_000
SUBJECTS = {
    "gate": ("accord", "numpy", "polars", "duckdb", "sqlite", "plain python"),
    "shortlist": ("accord",),
    "file": ("accord",),
    "assign": ("accord", "greedy", "scipy"),
}
LANGUAGES = ("english", "spanish", "deutsch", "urdu", "polski", "arabic", "hindi", "francais")
REGIONS = tuple(f"region {number}" for number in range(20))
GENDERS = ("woman", "man", "nonbinary")
INSURERS = ("aster", "blue oak", "cedar", "delta")
PLACE, KM = (40.7, -74.0), 50.0
# The same filters in SQL; bits as they stand in the columns, days since 1970.
SQL = """
select id from therapists where methods & {cbt} != 0 and licensed_until >= {today} and places >= 1 and region = 7
and languages & {language} != 0 and gender = 1 and fee <= 18000 and times & {times} != 0 and formats & {formats} != 0
and (formats & {video} != 0 or 12742.0 * asin(sqrt(power(sin(radians(latitude - 40.7) / 2), 2)
     + cos(radians(40.7)) * cos(radians(latitude)) * power(sin(radians(longitude + 74.0) / 2), 2))) <= 50.0)
"""
Columns = dict[str, np.ndarray]
Run = Callable[[], Any]


def columns(size: int) -> Columns:
    """Profiles as whole numbers: bits of sets in the order of the names, days, cents."""
    dice = np.random.default_rng(20)
    bits = np.uint32(1) << dice.integers(0, 10, (4, size)).astype(np.uint32)
    languages = 1 | (1 << dice.integers(1, 4, size)) * (dice.random(size) < 0.8)
    return {
        "id": np.arange(size),
        "methods": np.bitwise_or.reduce(bits),
        "licensed_until": dice.integers(20_300, 21_500, size).astype(np.int32),
        "places": dice.integers(0, 4, size).astype(np.int32),
        "region": dice.integers(0, len(REGIONS), size).astype(np.uint8),
        "languages": languages.astype(np.uint8),
        "gender": (1 << dice.integers(0, 3, size)).astype(np.uint8),
        "fee": dice.integers(5_000, 25_000, size).astype(np.int32),
        "times": dice.integers(1, 2**21, size).astype(np.uint32) & dice.integers(0, 2**21, size).astype(np.uint32),
        "formats": dice.integers(1, 16, size).astype(np.uint8),
        "latitude": dice.uniform(30, 48, size),
        "longitude": dice.uniform(-120, -70, size),
        "styles": dice.integers(-3, 4, (4, size)).astype(np.int8),
        "free_from": dice.integers(20_500, 20_700, size).astype(np.int32),
        "insurers": dice.integers(0, 16, size).astype(np.uint8),
    }


def asked() -> Any:
    from accord.fit import Needs

    return Needs(
        concerns=("panic", "depression"), region=REGIONS[7], languages=("Spanish",), formats=("in person", "video"),
        latitude=PLACE[0], longitude=PLACE[1], within_km=KM, fee=180, genders=("woman",),
        times=("mon evening", "wed evening"), lead=-3, tone=-2,
    )  # fmt: skip


def wanted_bits() -> dict[str, int]:
    from accord.fit import FORMATS, SLOTS, concern, methods

    names = list(methods())
    return {
        "cbt": sum(1 << names.index(each) for each in concern("panic").methods),
        "today": (ON - date(1970, 1, 1)).days,
        "language": 1 << LANGUAGES.index("spanish"),
        "times": 1 << SLOTS.index("mon evening") | 1 << SLOTS.index("wed evening"),
        "formats": 1 << FORMATS.index("in person") | 1 << FORMATS.index("video"),
        "video": 1 << FORMATS.index("video"),
    }


def profiles(given: Columns) -> Any:
    """The same as accord keeps them."""
    from accord.fit import FORMATS, SLOTS, Profiles, methods
    from accord.fit.columns import Sets

    def sets(names: Any, bits: np.ndarray) -> Sets:
        planes = [(bits >> 8 * plane & 255).astype(np.uint8) for plane in range(max(1, -(-len(names) // 8)))]
        return Sets({name: place for place, name in enumerate(names)}, np.stack(planes))

    size = len(given["id"])
    return Profiles(
        ids=[f"t{number:07}" for number in given["id"]], verified=np.ones(size, bool), until=given["licensed_until"],
        places=given["places"], free_from=given["free_from"], fee=given["fee"], latitude=given["latitude"],
        longitude=given["longitude"], styles=given["styles"], methods=sets(methods(), given["methods"]),
        regions=sets(REGIONS, np.uint32(1) << given["region"].astype(np.uint32)),
        languages=sets(LANGUAGES, given["languages"]), formats=sets(FORMATS, given["formats"]),
        insurers=sets(INSURERS, given["insurers"]), genders=sets(GENDERS, given["gender"]),
        times=sets(SLOTS, given["times"]), offers=sets((), np.zeros(size, np.uint8)), words=[None] * size,
    )  # fmt: skip


def gate_accord(given: Columns) -> Run:
    from accord.fit import passing

    needs, them = asked(), profiles(given)
    return lambda: passing(needs, them, ON).rows


def far(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    up, along = np.radians(latitude - PLACE[0]), np.radians(longitude - PLACE[1])
    half = (
        np.sin(up / 2) ** 2 + math.cos(math.radians(PLACE[0])) * np.cos(np.radians(latitude)) * np.sin(along / 2) ** 2
    )
    return 12742.0 * np.arcsin(np.sqrt(half))


def gate_numpy(given: Columns) -> Run:
    """As one writes it down: a mask a filter, all of them together, the distance for those who are left."""
    bit, at = wanted_bits(), given

    def run() -> np.ndarray:
        good = (
            ((at["methods"] & np.uint32(bit["cbt"])) != 0)
            & (at["licensed_until"] >= bit["today"])
            & (at["places"] >= 1)
            & (at["region"] == 7)
            & ((at["languages"] & np.uint8(bit["language"])) != 0)
            & (at["gender"] == 1)
            & (at["fee"] <= 18_000)
            & ((at["times"] & np.uint32(bit["times"])) != 0)
            & ((at["formats"] & np.uint8(bit["formats"])) != 0)
        )
        left = np.flatnonzero(good)
        video = (at["formats"][left] & bit["video"]) != 0
        return left[video | (far(at["latitude"][left], at["longitude"][left]) <= KM)]

    return run


def plain_columns(given: Columns) -> Columns:
    return {name: values for name, values in given.items() if values.ndim == 1}


def gate_polars(given: Columns) -> Run:
    import polars as pl

    table, bit = pl.DataFrame(plain_columns(given)), wanted_bits()

    def has(column: str, bits: int) -> pl.Expr:
        return (pl.col(column) & pl.lit(bits, table.schema[column])) != 0

    up, along = (pl.col("latitude") - PLACE[0]).radians() / 2, (pl.col("longitude") - PLACE[1]).radians() / 2
    half = up.sin() ** 2 + math.cos(math.radians(PLACE[0])) * pl.col("latitude").radians().cos() * along.sin() ** 2
    near = 12742.0 * half.sqrt().arcsin() <= KM
    filters = [
        has("methods", bit["cbt"]), pl.col("licensed_until") >= bit["today"], pl.col("places") >= 1,
        pl.col("region") == 7, has("languages", bit["language"]), pl.col("gender") == 1, pl.col("fee") <= 18_000,
        has("times", bit["times"]), has("formats", bit["formats"]),
    ]  # fmt: skip
    query = table.lazy().filter(*filters).filter(has("formats", bit["video"]) | near).select("id")
    return lambda: query.collect()["id"].to_numpy()


def gate_duckdb(given: Columns) -> Run:
    import duckdb
    import polars as pl

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "therapists.parquet"
        pl.DataFrame(plain_columns(given)).write_parquet(path)
        base = duckdb.connect()
        base.execute(f"create table therapists as select * from '{path}'")
    # DuckDB binds != before &.
    sql = re.sub(r"(\w+) & (\d+) != 0", r"(\1::integer & \2) != 0", SQL.format(**wanted_bits()))
    return lambda: np.sort(base.execute(sql).fetchnumpy()["id"])


def gate_sqlite(given: Columns) -> Run:
    base = sqlite3.connect(":memory:")
    rows = plain_columns(given)
    base.execute(f"create table therapists ({', '.join(rows)})")
    marks = ", ".join("?" * len(rows))
    base.executemany(
        f"insert into therapists values ({marks})", zip(*(each.tolist() for each in rows.values()), strict=True)
    )
    base.execute("create index limits on therapists (region, gender, licensed_until)")
    base.execute("create index money on therapists (fee)")
    base.execute("analyze")
    sql = SQL.format(**wanted_bits())
    try:
        base.execute(sql)
    except sqlite3.OperationalError:
        for name, function, count in (
            ("asin", math.asin, 1), ("sqrt", math.sqrt, 1), ("power", math.pow, 2), ("sin", math.sin, 1),
            ("cos", math.cos, 1), ("radians", math.radians, 1),
        ):  # fmt: skip
            base.create_function(name, count, function, deterministic=True)
    return lambda: np.sort([row[0] for row in base.execute(sql)])


def gate_plain_python(given: Columns) -> Run:
    from accord.fit import gate

    them = profiles(given)
    rows, needs = [them.row(row) for row in range(len(them))], asked()
    return lambda: np.array([row for row, each in enumerate(rows) if not gate(needs, each, ON)])


def shortlist_accord(given: Columns) -> Run:
    from accord.fit import shortlist

    needs, them = asked(), profiles(given)
    return lambda: [card.id for card in shortlist(needs, them, ON, 1).cards]


def file_accord(given: Columns) -> Run:
    """The command itself, in this process: its imports are done by the first run."""
    import polars as pl

    from accord.cli import main

    folder = Path(tempfile.mkdtemp())
    texts = folder / "therapists.parquet"
    written(given, profiles(given)).write_parquet(texts)
    needs = {name: value for name, value in asked_fields().items() if value}
    (folder / "needs.json").write_text(json.dumps(needs))
    assert pl.scan_parquet(texts).collect_schema()["methods"] == pl.String

    def run() -> Any:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
            main(["fit", "rank", str(folder / "needs.json"), str(texts), "--on", ON.isoformat(), "--json"])
        return [each["id"] for each in json.loads(out.getvalue())["shortlist"]]

    return run


def asked_fields() -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(asked())


def written(given: Columns, them: Any) -> Any:
    """The profiles as a file has them: words with semicolons, days, money."""
    import polars as pl

    from accord.fit.needs import AXES

    def spelt(sets: Any) -> pl.Series:
        names = list(sets.names)
        whole = sum(plane.astype(np.int64) << 8 * number for number, plane in enumerate(sets.bits))
        found, places = np.unique(whole, return_inverse=True)
        texts = [";".join(name for at, name in enumerate(names) if int(bits) >> at & 1) for bits in found]
        return pl.Series(texts, dtype=pl.String).gather(places)

    table = {name: spelt(getattr(them, name)) for name in ("methods", "regions", "languages", "formats", "times")}
    table |= {"gender": spelt(them.genders), "id": pl.Series(them.ids), "verified": pl.Series(["yes"] * len(them))}
    table |= {axis.id: pl.Series(them.styles[place]) for place, axis in enumerate(AXES)}
    days = {name: pl.Series(given[name]).cast(pl.Date) for name in ("licensed_until", "free_from")}
    numbers = {"fee": pl.Series(given["fee"] / 100), "places": pl.Series(given["places"])}
    place = {name: pl.Series(given[name]) for name in ("latitude", "longitude")}
    return pl.DataFrame(table | days | numbers | place)


def pairs(people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fits in thousandths, -1 where impossible; all wait alike; six places each.

    Two strong preferences of four a person, as accommodation has them; most therapists are gentle and most people want
    that, so that some are wanted by more than they can take.
    """
    dice = np.random.default_rng(21)
    wants = np.where(dice.random((people, 4)) < 0.5, dice.choice([-3, -3, -2, 2, 3], (people, 4)), 0)
    does = dice.normal(-0.5, 1.5, (people // 5, 4)).round().clip(-3, 3)
    strength = np.abs(wants) / 3
    near = sum(strength[:, [axis]] * (1 - np.abs(wants[:, [axis]] - does[:, axis]) / 6) for axis in range(4))
    fit = np.rint(1000 * near / np.maximum(strength.sum(axis=1, keepdims=True), 1e-9)).astype(np.int16)
    fit[dice.random(fit.shape) > 0.4] = -1
    return fit, np.ones(people, np.int64), np.full(people // 5, 6)


def assign_accord(people: int) -> Run:
    from accord.fit.flow import best_flow

    given = pairs(people)
    return lambda: best_flow(*given).total


def assign_greedy(people: int) -> Run:
    fit, _, places = pairs(people)

    def run() -> int:
        room, total = places.copy(), 0
        for row in fit:
            who = int(np.where(room > 0, row, -1).argmax())
            if room[who] > 0 and row[who] >= 0:
                room[who] -= 1
                total += int(row[who])
        return total

    return run


def assign_scipy(people: int) -> Run:
    """The Hungarian method on one column a place; an impossible pair costs more than all that is possible."""
    from scipy.optimize import linear_sum_assignment

    fit, _, places = pairs(people)
    wide = np.repeat(np.where(fit < 0, -1_000_000, fit).astype(np.float64), int(places[0]), axis=1)

    def run() -> int:
        rows, chosen = linear_sum_assignment(wide, maximize=True)
        return int(wide[rows, chosen].clip(0).sum())

    return run


def prepared(job: str, subject: str, size: int) -> Run:
    made: Any = globals()[f"{job}_{subject.replace(' ', '_')}"]
    run: Run = made(size if job == "assign" else columns(size))
    return run


def measure_here(job: str, subject: str, size: int, repeats: int) -> dict[str, Any]:
    """Time one subject in this process."""
    run = prepared(job, subject, size)
    answer = run()
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    told = {
        "job": job, "size": size, "subject": subject, "seconds": statistics.median(seconds),
        "cpu": statistics.median(cpu), "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip
    return told | ({"score": answer} if job == "assign" else {})


def in_own_process(job: str, subject: str, size: int, repeats: int) -> dict[str, Any] | None:
    """The same in a fresh process; None where the subject is not installed."""
    call = [
        sys.executable,
        __file__,
        "--job",
        job,
        "--subject",
        subject,
        "--size",
        str(size),
        "--repeats",
        str(repeats),
    ]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        print(f"{job} {subject}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def agree(size: int) -> None:
    """Everyone who is here finds the same rows, and some."""
    given = columns(size)
    wanted = gate_accord(given)()
    for subject in SUBJECTS["gate"]:
        try:
            found = prepared("gate", subject, size)()
        except ModuleNotFoundError:
            continue
        if not np.array_equal(found, wanted) or not len(wanted):
            raise SystemExit(f"{subject} finds {len(found)} rows and accord {len(wanted)}")


def work(quick: bool) -> list[tuple[str, str, int, int]]:
    """job, subject, size, repeats."""
    found = []
    for job, sizes in SIZES.items():
        some = (100_000,) if len(sizes) == 1 else sizes[:2]
        for size in some if quick else sizes:
            here = [each for each in SUBJECTS[job] if each != "plain python" or size <= 100_000]
            found += [(job, subject, size, 3 if job == "file" or subject == "sqlite" else 15) for subject in here]
    people = PEOPLE // 10 if quick else PEOPLE
    return [*found, *(("assign", subject, people, 1 if subject == "scipy" else 3) for subject in SUBJECTS["assign"])]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of everything")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    for name in ("--job", "--subject"):
        options.add_argument(name, help=argparse.SUPPRESS)
    for name in ("--size", "--repeats"):
        options.add_argument(name, type=int, default=0, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.job == "agree":
        agree(100_000)
        return
    if given.subject:
        print(json.dumps(measure_here(given.job, given.subject, given.size, given.repeats)))
        return
    subprocess.run([sys.executable, __file__, "--job", "agree"], check=True)
    report([found for each in work(given.quick) if (found := in_own_process(*each))], given.json)


def report(results: list[dict[str, Any]], as_json: bool) -> None:
    ours = {(each["job"], each["size"]): each["cpu"] for each in results if each["subject"] == "accord"}
    if not as_json:
        print(f"{'job':10} {'subject':14} {'size':>10} {'seconds':>10} {'cpu':>10} {'peak MB':>8} {'ratio':>8}  score")
    for each in results:
        each["ratio"] = round(each["cpu"] / max(ours.get((each["job"], each["size"]), math.nan), 1e-9), 2)
        if as_json:
            print(json.dumps(each))
            continue
        print(
            f"{each['job']:10} {each['subject']:14} {each['size']:10,} {each['seconds']:10.5f} {each['cpu']:10.5f} "
            f"{each['peak_mb']:>8} {each['ratio']:8.2f}  {each.get('score', '')}"
        )
    growth(results, as_json)


def growth(results: list[dict[str, Any]], as_json: bool) -> None:
    """How time grows with size: 1 is in step with it."""
    for job in ("gate", "shortlist"):
        for subject in SUBJECTS[job]:
            own = [each for each in results if each["job"] == job and each["subject"] == subject]
            if len(own) > 1:
                sizes, took = (np.log([each[name] for each in own]) for name in ("size", "cpu"))
                power = round(float(np.polyfit(sizes, took, 1)[0]), 2)
                told = {
                    "job": job,
                    "subject": subject,
                    "from": own[0]["size"],
                    "to": own[-1]["size"],
                    "exponent": power,
                }
                line = f"{job:10} {subject:14} grows as size to the power {power:.2f}"
                print(json.dumps(told) if as_json else line)


if __name__ == "__main__":
    main()
