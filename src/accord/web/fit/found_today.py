"""How somebody who looks finds a therapist today, or why they do not; and what the offer does not say yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from accord.fit import AXES, Needs, Profile, concerns, gate
from accord.web.fit import licences, queries
from accord.web.fit.models import Credential, Offer

OPEN = next(each.id for each in concerns().values() if each.open)


@dataclass(frozen=True)
class Fact:
    """One thing that must hold to be found: whether it does, the words for it, and where to change it."""

    holds: bool
    text: str
    place: str
    to_do: str


@dataclass(frozen=True)
class Found:
    """What holds and what does not, and which concerns lead to this therapist once all holds."""

    facts: list[Fact]
    comes_with: list[str]
    not_with: list[str]
    regions: list[str]

    @property
    def open(self) -> bool:
        return all(fact.holds for fact in self.facts)


def found_today(one: Offer, every: Sequence[Credential], on: date) -> Found:
    """By the gate itself, so that what is said here is what happens."""
    profile = queries.profile(one, every, on)
    shut = {reason.about for reason in gate(Needs(concerns=(OPEN,)), profile, on)}
    facts = [_licence("credential" not in shut, profile, every, on), _room("room" not in shut, one, on), _page(one)]
    with_it = {each.id: not _lacks_training(each.id, profile, on) for each in concerns().values()}
    return Found(
        facts=facts,
        comes_with=[each.name for each in concerns().values() if with_it[each.id] and not each.open],
        not_with=[each.name for each in concerns().values() if not with_it[each.id]],
        regions=sorted(profile.regions),
    )


def _lacks_training(concern: str, profile: Profile, on: date) -> bool:
    return any(reason.about == "expertise" for reason in gate(Needs(concerns=(concern,)), profile, on))


def _licence(holds: bool, profile: Profile, every: Sequence[Credential], on: date) -> Fact:
    if holds:
        return Fact(True, f"Your licence was checked and is in date until {_day(profile)}.", "my_licences", "Licences")
    if any(licences.state(each, on) == licences.WAITS for each in every):
        text = "Your licence waits to be checked by a manager of your practice. Until then nobody finds you."
        return Fact(False, text, "my_licences", "See it")
    if profile.verified:
        text = f"Your licence ended on {_day(profile)}. Nobody finds you until the renewed one is checked."
        return Fact(False, text, "my_licences", "State the renewed one")
    text = "No licence of yours was checked yet. Without one nobody finds you, whatever else you offer."
    return Fact(False, text, "my_licences", "State your licence")


def _day(profile: Profile) -> str:
    day = profile.licensed_until
    return f"{day.day} {day:%B %Y}"


def _room(holds: bool, one: Offer, on: date) -> Fact:
    if not holds:
        return Fact(False, "You have no room for anybody new. That may be right just now.", "#id_places", "Change it")
    later = one.free_from is not None and one.free_from > on
    when = f"from {one.free_from.day} {one.free_from:%B} on" if later and one.free_from else "at once"
    return Fact(True, f"You have room for {one.places}, {when}.", "#id_places", "Change it")


def _page(one: Offer) -> Fact:
    if one.member.published:
        return Fact(True, "Your page is shown to everyone.", "you", "Your page")
    return Fact(False, "Your page is not shown to anyone yet.", "you", "Show it")


def unsaid(one: Offer) -> list[tuple[str, str]]:
    """What the offer does not say, each with the field's place and why it matters."""
    return list(_unsaid(one))


def _unsaid(one: Offer) -> Iterator[tuple[str, str]]:
    if not one.methods:
        some = ", ".join([each.name for each in concerns().values() if not each.open][:3])
        yield "id_methods_0", f"Without a method, nobody who comes with {some} or the like can find you."
    if not one.formats:
        yield "id_formats_0", "Without a way of meeting, whoever names one passes you by."
    if not one.languages:
        yield "id_languages", "Without a language, whoever asks for one passes you by, even for yours."
    if not one.times:
        yield "id_times_0", "Without usual times, whoever has only some hours passes you by."
    if one.fee is None:
        yield "id_fee", "Without a fee, whoever names what they can pay finds you only through an insurer you take."
    if "in person" in one.formats and one.latitude is None:
        yield "id_latitude", "Without a place, whoever wants to meet nearby finds you only if you meet from afar too."
    if all(getattr(one, axis.id) is None for axis in AXES):
        yield "id_lead", "Without how you work, you count as in the middle, and your card says: ask."
    if not one.call_cost:
        yield "id_call_cost", "Without what a first call costs, people may not dare to ask for one."
    if not one.member.about.strip():
        yield "about", "Without words of your own on your page, nobody can tell whether yours are like theirs."
