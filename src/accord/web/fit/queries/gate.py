"""The gate, asked of the database: who passes, how many each limit keeps out, what one limit less would bring.

What a limit is, `accord.fit.gate` says. Here the same stands as questions to tables, and a test holds the two equal,
limit by limit and therapist by therapist. It is the same few questions however many therapists there are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.db.models.lookups import LessThanOrEqual

from accord.fit import AXES, Needs, Profile, Profiles, Relaxed
from accord.fit.filters import brought
from accord.fit.gate import EARTH_KM, cents
from accord.fit.needs import REMOTE, folded
from accord.web.fit.models import Credential, Offer, OfferWord

# The most that the column of fees can hold: asked for more, a database would refuse the question.
MOST_CENTS = 99_999_999
# What the order of those who pass looks at, besides wishes and words.
ORDERED_BY = ("pk", "methods", "free_from", *(axis.id for axis in AXES))


@dataclass(frozen=True)
class Gate:
    """How many can be found, how many pass, and how many each limit keeps out; who fails two is counted in both.

    `relaxed` is what one limit less would bring.
    """

    how_many: int
    passed: int
    excluded: dict[str, int]
    relaxed: tuple[Relaxed, ...]


def on_the_list() -> QuerySet[Offer]:
    """What the therapists who show a page say of their work: whom the gate looks at."""
    return Offer.objects.filter(member__published=True, member__is_therapist=True)


def anyone() -> bool:
    """Whether there is somebody to compare answers with."""
    return on_the_list().exists()


def in_date(on: date) -> QuerySet[Credential]:
    """The licences that count on this day, as `licences.counts` has it."""
    decided = Credential.objects.filter(verified_at__isnull=False, refused_at=None, withdrawn_at=None)
    return decided.filter(until__gte=on).order_by()


def gate_of(needs: Needs, on: date, *, waits: bool = False, but: Collection[UUID] = ()) -> Gate:
    """The gate on this day before everyone who can be found, `but` these. Who `waits` needs no free place."""
    asked = dict(limits(needs, on, waits=waits))
    alike = _alike(asked.values(), but)
    out = {limit: sum(count for unmet, count in alike if place in unmet) for place, limit in enumerate(asked)}
    alone = {limit: sum(count for unmet, count in alike if unmet == {place}) for place, limit in enumerate(asked)}
    return Gate(
        how_many=sum(count for _, count in alike),
        passed=sum(count for unmet, count in alike if not unmet),
        excluded={limit: count for limit, count in out.items() if count},
        relaxed=brought(needs, alone),
    )


def _alike(asked: Iterable[Q], but: Collection[UUID]) -> list[tuple[set[int], int]]:
    """How many there are of each kind: those who miss the same limits, each limit known by its place."""
    columns: dict[str, Any] = {f"limit_{place}": Case(When(met, then=1), default=0) for place, met in enumerate(asked)}
    there = on_the_list().exclude(pk__in=but).annotate(**columns)
    rows = there.values(*columns).annotate(count=Count("pk")).order_by().values_list(*columns, "count")
    return [({place for place, met in enumerate(row) if not met}, count) for *row, count in rows]


def who_passes(needs: Needs, on: date, *, waits: bool = False, but: Collection[UUID] = ()) -> Profiles:
    """Those who pass, as far as `chosen` looks at them: what the gate asked is met, and not read again.

    What they write of themselves is opened when it is asked for, and only of those it is asked of.
    """
    fields = [*ORDERED_BY, "extras"] if needs.wishes else ORDERED_BY
    passing = on_the_list().exclude(pk__in=but).filter(*dict(limits(needs, on, waits=waits)).values())
    columns = Profiles.of(_to_order(row, on) for row in passing.values(*fields))
    return replace(columns, words=lambda rows: _written(columns.ids[row] for row in rows.tolist()))


def _to_order(row: Mapping[str, Any], on: date) -> Profile:
    return Profile(
        id=str(row["pk"]),
        verified=True,
        licensed_until=on,
        methods=frozenset(row["methods"]),
        places=1,
        offers=frozenset(row.get("extras", ())),
        free_from=row["free_from"],
        **{axis.id: row[axis.id] for axis in AXES},
    )


def _written(ids: Iterable[str]) -> list[str]:
    """What these write of themselves."""
    wanted = [UUID(each) for each in ids]
    found = Offer.objects.filter(pk__in=wanted).select_related("member").only("member__about")
    about = {one.pk: one.member.about for one in found}
    return [about.get(each, "") for each in wanted]


def limits(needs: Needs, on: date, *, waits: bool = False) -> Iterator[tuple[str, Q]]:
    """What each limit in force asks of an offer, in the order of `accord.fit.filters.checks`."""
    yield "credential", _licensed(on)
    if not needs.first.open:
        yield "expertise", _says("method", needs.first.methods)
    if not waits:
        yield "room", Q(places__gte=1)
    if needs.region:
        yield "region", _licensed(on, region_word=folded(needs.region))
    if needs.languages:
        yield "language", _says("language", needs.languages)
    if needs.formats:
        yield "format", _says("format", needs.formats)
    if needs.within_km is not None and needs.place is not None:
        yield "distance", _says("format", _from_afar(needs)) | _near(needs.place, needs.within_km)
    if needs.fee is not None or needs.insurer:
        yield "fee", _paid(needs)
    if needs.times:
        yield "times", _says("time", needs.times)
    if needs.genders:
        yield "gender", _says("gender", needs.genders)
    for must in needs.musts:
        yield f"must: {must}", _says("extra", [must])


def _says(kind: str, words: Iterable[str]) -> Q:
    """Any one of these words, however it is spelled."""
    return Q(pk__in=OfferWord.objects.filter(kind=kind, word__in={*map(folded, words)}).values("offer"))


def _licensed(on: date, **where: str) -> Q:
    return Q(pk__in=in_date(on).filter(**where).values("member"))


def _paid(needs: Needs) -> Q:
    """Cheap enough, to the cent, or covered; an unknown fee is not cheap."""
    covered = _says("insurer", [needs.insurer]) if needs.insurer else None
    if needs.fee is None:
        assert covered is not None
        return covered
    cheap = Q(fee__lte=Decimal(min(cents(needs.fee), MOST_CENTS)) / 100)
    return cheap if covered is None else cheap | covered


def _from_afar(needs: Needs) -> list[str]:
    """The remote formats that the person accepts; no format named accepts each of them."""
    wanted = {folded(each) for each in needs.formats or REMOTE}
    return [each for each in REMOTE if each in wanted]


def _near(place: tuple[float, float], within_km: float) -> Q:
    """As `accord.fit.gate.distance_km` has it, step by step."""
    up, along = (Radians(F(name) - Value(here)) for name, here in zip(("latitude", "longitude"), place, strict=True))
    across = Cos(Radians(Value(place[0]))) * Cos(Radians(F("latitude")))
    half = Power(Sin(up / Value(2.0)), 2) + across * Power(Sin(along / Value(2.0)), 2)
    far = Value(2 * EARTH_KM) * ASin(Least(Value(1.0), Sqrt(half)))
    known = Q(latitude__isnull=False, longitude__isnull=False)
    return known & Q(LessThanOrEqual(far, Value(float(within_km))))
