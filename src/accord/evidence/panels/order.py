"""Occasions in their order: one row a course and session; sessions numbered by their days where they have none."""

import polars as pl

from accord.evidence.panels.cells import Refused

KEYS = ("practice", "therapist", "client")


def numbered(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows with a session each, and how many could not have one, by reason.

    A course without any session number is numbered by its days. In one that has numbers, an occasion without is outside
    of sessions: a follow-up for instance.
    """
    if not frame["session"].null_count():
        return frame, {}
    keys = keys_of(frame)
    none = pl.col("session").is_null().all().over(keys)
    dated = pl.col("held_on").is_not_null()
    by_day = pl.when(none & dated).then(pl.col("held_on").rank("dense").over(keys)).otherwise(pl.col("session"))
    marked = frame.with_columns(by_day.cast(pl.Int64).alias("session"), none.alias("without"))
    lost = marked.filter(pl.col("session").is_null())
    undated = int(lost["without"].sum())
    said = {
        "occasion with neither session number nor day": undated,
        "outside of sessions: no number, in a course whose sessions have one": lost.height - undated,
    }
    kept = marked.filter(pl.col("session").is_not_null()).drop("without")
    return kept, {reason: rows for reason, rows in said.items() if rows}


def keys_of(frame: pl.DataFrame) -> list[str]:
    return [name for name in KEYS if name in frame.columns]


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Courses together, sessions ascending; left as it is where it is in order already."""
    return frame if _ordered(frame) else frame.sort([*keys_of(frame), "session"], maintain_order=True)


def _ordered(frame: pl.DataFrame) -> bool:
    if frame.height < 2:
        return True
    runs = frame.select(same_course(frame).alias("same"), pl.col("session").diff().alias("step"))
    if not runs.select((~pl.col("same") | (pl.col("step") >= 0)).fill_null(True).all()).item():
        return False
    firsts = frame.filter(~runs["same"]).select(keys_of(frame))
    return firsts.n_unique() == firsts.height


def same_course(frame: pl.DataFrame) -> pl.Expr:
    """Whether a row belongs to the course of the row before it."""
    same = [pl.col(name).eq_missing(pl.col(name).shift(1)) for name in keys_of(frame)]
    return pl.all_horizontal(*same) & (pl.int_range(pl.len()) > 0)


def merged(frame: pl.DataFrame, measures: list[str]) -> tuple[pl.DataFrame, list[Refused]]:
    """One row a session: its measures may stand on several lines, but each only once. Wants rows in order."""
    again = same_course(frame) & (pl.col("session") == pl.col("session").shift(1))
    if not frame.select(again.any()).item():
        return frame, []
    keys = [*keys_of(frame), "session"]
    refused: list[Refused] = []
    for name in measures:
        given = frame.filter(pl.col(name).is_not_null())
        rows = given.filter(~pl.struct(keys).is_first_distinct())
        refused += [(row, name, "this session of this client has this measure already") for row in rows["row"]]
    rest = [name for name in frame.columns if name not in keys]
    first = frame.group_by(keys, maintain_order=True).agg(pl.col(name).drop_nulls().first() for name in rest)
    return first.select(frame.columns), refused
