"""What the pages say of one search: the list with its reasons, one therapist's page, the answers in words."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from accord.fit import (
    AXES,
    Needs,
    Profile,
    Reason,
    Relaxed,
    Shortlist,
    WayOfWorking,
    concerns,
    gate,
    methods,
)
from accord.fit.needs import DAYS, SLOTS
from accord.fit.reasons import differs, reasons
from accord.fit.replies import Usual, in_words
from accord.web.design.environment import day, sentence
from accord.web.fit import queries
from accord.web.fit.models import Offer, Search
from accord.web.fit.search import Looking, read
from accord.web.fit.seek_forms import DAY_NAMES, FORMAT_WORDS, leanings, slot_name
from accord.web.fit.shortlisted import both, shortlisted, waiting_or_not
from accord.web.people.models import Member

ASKED_OF_ALL = frozenset({"credential", "expertise", "region", "room"})
ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
SLOT = re.compile("|".join(SLOTS))
HOW_CLEARLY = {1: "somewhat", 2: "mostly", 3: "clearly"}
LIMIT_NAMES = {
    "credential": "no verified licence in date",
    "expertise": "not trained for what matters most to you",
    "room": "no room just now",
    "region": "not licensed where you will be",
    "language": "another language",
    "format": "another way of meeting",
    "fee": "cost or insurance",
    "times": "other times",
    "gender": "gender",
}
WITHOUT_NAMES = {
    "room": "a place that is free now",
    "region": "a licence for where I will be",
    "language": "the language",
    "format": "the way of meeting",
    "fee": "what it may cost, and insurance",
    "times": "the times",
    "gender": "the therapist’s gender",
}


def limit_name(limit: str) -> str:
    """What keeps somebody out."""
    return LIMIT_NAMES.get(limit) or limit.removeprefix("must: ")


def without_name(limit: str) -> str:
    """What somebody gives up."""
    return WITHOUT_NAMES.get(limit) or limit.removeprefix("must: ")


@dataclass(frozen=True)
class Match:
    """One therapist and one search: what fits, what does not, and what keeps the two apart."""

    reasons: Sequence[str]
    differs: Sequence[str]
    apart: Sequence[str] = ()


@dataclass(frozen=True)
class Listed:
    """One card."""

    offer: Offer
    match: Match
    soon: str
    replies: str


@dataclass(frozen=True)
class Listing:
    """The list: its cards, and what is said about all of it."""

    cards: Sequence[Listed]
    found: Shortlist
    excluded: Sequence[tuple[str, int]]
    relaxed: Sequence[tuple[Relaxed, str]]
    helping: Sequence[WayOfWorking]


def listing(one: Search, on: date) -> Listing:
    """Whom the search brings on this day."""
    looking = read(one.needs)
    gone = queries.left_behind(one)
    found, (needs, _) = shortlisted(looking, on, one.seed, gone), both(looking)
    usual = queries.usual_replies([found.offers[card.id].pk for card in found.shortlist.cards], timezone.now())
    cards = [
        Listed(
            found.offers[card.id],
            _match(needs, found.profiles[card.id], card.reasons, card.differs, on),
            soon(found.offers[card.id], on),
            replies_in_words(usual[found.offers[card.id].pk]),
        )
        for card in found.shortlist.cards
    ]
    excluded = [(limit_name(limit), count) for limit, count in found.shortlist.excluded.items()]
    less = [(each, without_name(each.limit)) for each in found.shortlist.relaxed]
    return Listing(cards, found.shortlist, excluded, less, [] if found.trained else helping(needs))


def match(looking: Looking, offer: Offer, on: date) -> Match | None:
    """The same for one therapist; None as long as the four questions are not answered."""
    if looking.missing:
        return None
    needs, needs_now = both(looking)
    (profile,) = queries.profiles([offer], on, needs.region)
    if apart := gate(needs_now, waiting_or_not(profile, looking), on):
        return Match((), (), _said(apart))
    return _match(needs, profile, reasons(needs_now, profile, on), differs(needs_now, profile, on), on)


def _match(needs: Needs, profile: Profile, fits: Iterable[Reason], other: Iterable[Reason], on: date) -> Match:
    """A limit that was given up still does not match, and is said. How soon stands on the card by itself."""
    here, there = ([each for each in them if each.about != "waiting"] for them in (fits, other))
    return Match(_said(here), _said([*gate(needs, profile, on), *there]))


def _said(them: Iterable[Reason]) -> list[str]:
    """Sentences, with days and times as people say them; what somebody wrote in their own words stays as it is."""
    return [sentence(SPOKEN.get(each.about, str)(each.text)) for each in them]


def _days(text: str) -> str:
    return ISO_DAY.sub(lambda found: day(date.fromisoformat(found.group())), text)


def _times(text: str) -> str:
    return SLOT.sub(lambda found: slot_name(found.group()), text)


SPOKEN: Mapping[str, Callable[[str], str]] = {"credential": _days, "times": _times}


def soon(offer: Offer, on: date) -> str:
    """How soon somebody new can begin."""
    if not offer.places:
        return "no room just now"
    return f"can begin from {day(offer.free_from)}" if offer.free_from and offer.free_from > on else "can begin now"


def askable(one: Search, wanted: Sequence[UUID], on: date) -> tuple[list[Offer], list[str]]:
    """Who of these can be asked for a call today, and why somebody cannot: looked at anew, as a licence may have ended.

    Licence, training, place and room are asked of everybody; the person's other limits are theirs to give up.
    """
    looking, offers = read(one.needs), queries.published_offers(wanted)
    _, now = both(looking)
    gone = [key for key in wanted if str(key) not in offers]
    found, kept_out = [], ["Somebody you ticked takes no requests any more."] if gone else []
    for offer in (offers[str(key)] for key in wanted if str(key) in offers):
        (profile,) = queries.profiles([offer], on, now.region)
        apart = [each for each in gate(now, waiting_or_not(profile, looking), on) if each.about in ASKED_OF_ALL]
        found += [] if apart else [offer]
        kept_out += [f"{offer.member.name} cannot be asked just now: {_said([each])[0].lower()}." for each in apart[:1]]
    return found, kept_out


def licence_on(member_id: UUID, on: date) -> bool:
    """Whether a verified licence of theirs is in date on this day."""
    offer = queries.offer(member_id)
    profile = queries.profiles([offer], on)[0] if offer else None
    return bool(profile and profile.verified and profile.licensed_until >= on)


def replies_in_words(found: Usual | None) -> str:
    """'Usually replies within 2 days', with what it rests on."""
    return sentence(in_words(found))


def has_room(member: Member, offer: Offer | None) -> bool:
    """What the offer says, and where there is none, what the page always said."""
    return bool(offer.places) if offer else member.has_room


def helping(needs: Needs) -> list[WayOfWorking]:
    """The methods to ask for elsewhere, where nobody here is trained in one for what matters most."""
    return [methods()[name] for name in needs.first.methods]


def summary(looking: Looking) -> list[tuple[str, list[str], str]]:
    """Each answer in words: what was asked, what was said, and the page where it is changed."""
    given = looking.given
    fee = f"At most {given['fee']:.2f}".removesuffix(".00") if given.get("fee") is not None else ""
    money = [*filter(None, (fee, given.get("insurer")))]
    brings = [sentence(concerns()[each].name) for each in given.get("concerns", ())]
    lines = [
        ("What brings you", brings, "what", ""),
        ("Where you will be", [given.get("region", "")], "where", ""),
        ("Languages", given.get("languages"), "how", "Any"),
        ("Ways of meeting", [sentence(FORMAT_WORDS[each]) for each in given.get("formats", ())], "how", "Any"),
        ("Cost and insurance", money, "musts", "No limit"),
        ("Times", times_in_words(given.get("times", ())), "musts", "Any"),
        ("The therapist is", given.get("genders"), "musts", "Does not matter"),
        ("Must have", given.get("musts"), "musts", "Nothing in particular"),
    ]
    return [(name, list(said) if said else [none], page) for name, said, page, none in lines]


def better(looking: Looking) -> list[tuple[str, list[str], str]]:
    """The same for what makes the list better."""
    given = looking.given
    leaning = [dict(leanings(axis))[given[axis.id]] for axis in AXES if given.get(axis.id)]
    lines = [
        ("How we would work", leaning, "style"),
        ("Wishes", given.get("wishes"), "words"),
        ("At ease", filter(None, [given.get("at_ease")]), "words"),
        ("What helped", filter(None, [given.get("helped")]), "words"),
        ("What hurt", filter(None, [given.get("hurt")]), "words"),
    ]
    return [
        (name, said, page)
        for name, said, page in ((name, list(some or ()), page) for name, some, page in lines)
        if said
    ]


def times_in_words(slots: Iterable[str]) -> list[str]:
    """'Monday: morning, evening', a line a day."""
    by_day = {name: [slot.split()[1] for slot in slots if slot.split()[0] == name] for name in DAYS}
    return [f"{DAY_NAMES[name]}: {', '.join(parts)}" for name, parts in by_day.items() if parts]


def ways(offer: Offer) -> list[WayOfWorking]:
    """What a therapist is trained in, with what each is."""
    return [methods()[name] for name in offer.methods if name in methods()]


def style_words(offer: Offer) -> list[str]:
    """How a therapist works, where they said so."""
    said = [(axis, getattr(offer, axis.id)) for axis in AXES]
    found = []
    for axis, value in said:
        if value:
            found.append(f"{sentence(axis.does(value))} ({HOW_CLEARLY[abs(value)]})")
        elif value == 0:
            found.append(f"Between the two: {axis.does_low}, or {axis.does_high}")
    return found
