"""Therapists: how much of the outcome goes with them, in all. No therapist's own figure stands in a report."""

import polars as pl

from accord.errors import AccordError
from accord.evidence.report.parts import Cell, Section, Table
from accord.evidence.report.source import Source
from accord.evidence.therapists import TherapistEffects, reliability, therapist_effects
from accord.evidence.wording import not_enough, number

HEADING = "Therapists"
CASELOADS = (5, 10, 15, 30, 60, 100)
WHY_NOT = (
    "No therapist's own figure stands in this report and nobody is put in order: with the numbers of people that one "
    "therapist sees, most differences are chance, and who sees whom is not drawn by lot."
)


def section(src: Source) -> Section:
    if not src.therapists:
        why = "The table does not say who the therapists are."
        return Section("therapists", HEADING, False, (why,))
    src.told("therapists")
    people = src.each.filter((pl.col("ratings") >= 2) & pl.col("therapist").is_not_null()).rename(
        {"last": f"last_{src.outcome}", "first": f"first_{src.outcome}"}
    )
    try:
        found = therapist_effects(people, f"last_{src.outcome}", [f"first_{src.outcome}"])
    except AccordError as error:
        return Section("therapists", HEADING, False, (not_enough(src.guard.why(str(error))), WHY_NOT))
    if not found.enough or not src.guard.tells(found.therapists):
        return Section("therapists", HEADING, False, (not_enough(src.guard.why(found.why)), WHY_NOT))
    words = [_share_words(src, found), *_nothing(found), *_single(src, found), WHY_NOT]
    return Section("therapists", HEADING, True, tuple(words), tuple(_tables(src, found)), short=(words[0],))


def _share_words(src: Source, found: TherapistEffects) -> str:
    share, low, high = (100 * value for value in found.icc)
    return (
        f"With the first score taken into account, about {number(share, 1)} % of how people differ on their last "
        f"{src.outcome_title} goes with the therapist they saw (probably between {number(low, 1)} and "
        f"{number(high, 1)} %)."
    )


def _nothing(found: TherapistEffects) -> list[str]:
    if found.icc.low > 0:
        return []
    return ["It could also be none: these data cannot tell therapists apart."]


def _single(src: Source, found: TherapistEffects) -> list[str]:
    told = sum(one.enough for one in found.each)
    return [
        f"For {src.guard.said(told)} of {src.guard.said(len(found.each))} therapists there would be enough to say "
        "anything of them alone: 30 people or more, and a reliability of .60 or more."
    ]


def _tables(src: Source, found: TherapistEffects) -> list[Table]:
    g = src.guard
    share = found.icc
    rows: tuple[tuple[Cell, ...], ...] = (
        ("share of variance between therapists, %", *(round(100 * value, 1) for value in share)),
        ("variance between therapists", *(round(value, 2) for value in found.tau2)),
        ("variance within therapists", *(round(value, 2) for value in found.sigma2)),
    )
    said = (
        f"Last {src.outcome_title} given the first: {g.said(found.people)} people of {g.said(found.therapists)} "
        "therapists (95 % profile intervals)"
    )
    trust = tuple(
        (n, *(round(float(reliability(min(max(value, 0.0), 1.0), n)), 2) for value in share)) for n in CASELOADS
    )
    return [
        Table(said, ("", "estimate", "from", "to"), rows),
        Table(
            "How reliable one therapist's mean would be, by the number of people with an outcome",
            ("people", "reliability", "from", "to"), trust,
        ),
    ]  # fmt: skip
