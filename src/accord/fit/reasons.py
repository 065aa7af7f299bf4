"""What stands on a card: what fits and what does not, each sentence true of these two and of nothing else."""

from datetime import date

from accord.fit.concerns import concern, methods
from accord.fit.gate import cents, how_far, money, reachable_from_afar, shares, supported
from accord.fit.likeness import telling
from accord.fit.needs import AXES, STRONG, Axis, Needs
from accord.fit.profile import Profile, Reason

WORDS_SHOWN = 5


def reasons(needs: Needs, profile: Profile, on: date) -> tuple[Reason, ...]:
    """Why somebody who passes the gate is here."""
    found = [*_expertise(needs, profile), *_limits(needs, profile), *_style(needs, profile, met=True)]
    found += [Reason("wish", f"offers what you wish for: {wish}") for wish in shares(needs.wishes, profile.offers)]
    found += [*_further(needs, profile, met=True), *_words(needs, profile), *_waiting(profile, on, now=True)]
    return tuple(found)


def differs(needs: Needs, profile: Profile, on: date) -> tuple[Reason, ...]:
    """What does not match. None of it keeps anybody out; it is there to be talked about."""
    offered = shares(needs.wishes, profile.offers)
    found = [*_style(needs, profile, met=False), *_further(needs, profile, met=False)]
    found += [Reason("wish", f"has not said to offer: {wish}") for wish in needs.wishes if wish not in offered]
    return (*found, *_waiting(profile, on, now=False))


def _expertise(needs: Needs, profile: Profile) -> list[Reason]:
    licence = Reason("credential", f"licence verified, valid until {profile.licensed_until.isoformat()}")
    if needs.first.open:
        return [licence, Reason("expertise", "finding out together what is wrong is part of a therapist's work")]
    ways = " and ".join(supported(needs, profile))
    return [licence, Reason("expertise", f"trained in {ways}, with research support for: {needs.first.name}")]


def _limits(needs: Needs, profile: Profile) -> list[Reason]:
    """One sentence for each limit that the person set and the therapist meets."""
    found = [Reason("region", f"licensed in {needs.region}")] if needs.region else []
    each_of = (
        ("language", "speaks", needs.languages, profile.languages),
        ("format", "offers", needs.formats, profile.formats),
        ("times", "has time on", needs.times, profile.times),
    )
    found += [
        Reason(about, f"{words} {', '.join(shares(wanted, offered))}")
        for about, words, wanted, offered in each_of
        if wanted
    ]
    own = shares(needs.genders, frozenset([profile.gender]))
    found += [Reason("gender", f"is {own[0]}, as you asked")] if own else []
    found += [Reason(f"must: {must}", f"offers what you need: {must}") for must in needs.musts]
    return [*found, *_near(needs, profile), *_fee(needs, profile)]


def _near(needs: Needs, profile: Profile) -> list[Reason]:
    far = how_far(needs, profile)
    if needs.within_km is None:
        return []
    if far is not None and far <= needs.within_km:
        return [Reason("distance", f"{far:.1f} km away")]
    return [Reason("distance", "can be met from afar")] if reachable_from_afar(needs, profile) else []


def _fee(needs: Needs, profile: Profile) -> list[Reason]:
    covered = bool(needs.insurer and shares([needs.insurer], profile.insurers))
    found = [Reason("fee", f"takes {needs.insurer}")] if covered else []
    if needs.fee is not None and profile.fee is not None and cents(profile.fee) <= cents(needs.fee):
        cost = f"a session costs {money(profile.fee)}, at most the {money(needs.fee)} you named"
        found.append(Reason("fee", cost))
    return found


def _style(needs: Needs, profile: Profile, *, met: bool) -> list[Reason]:
    """Strong preferences that are met, or those that are not."""
    found = []
    for axis in AXES:
        wanted, does = needs.style(axis.id), profile.style(axis.id)
        if abs(wanted) >= STRONG and met == (does is not None and wanted * does > 0):
            found.append(Reason(axis.id, _style_words(axis, wanted, does)))
    return found


def _style_words(axis: Axis, wanted: int, does: int | None) -> str:
    you = f"you would like somebody who {axis.does(wanted)}"
    if does is None:
        return f"{you}; this therapist has not said how they work there. Ask"
    if does == 0:
        return f"{you}; this therapist is in the middle. Talk about it"
    if wanted * does > 0:
        return f"{axis.does(does)}, as you would like"
    return f"{you}; this therapist {axis.does(does)}. Talk about it"


def _further(needs: Needs, profile: Profile, *, met: bool) -> list[Reason]:
    """The second and third concern: reported, and part of the order, but no gate."""
    found = []
    for each in (concern(name) for name in needs.concerns[1:]):
        ways = [methods()[name].name for name in each.methods if name in profile.methods]
        if met and ways:
            found.append(Reason("concern", f"also trained in {' and '.join(ways)}, for: {each.name}"))
        if not met and not ways and not each.open:
            found.append(Reason("concern", f"no method with research support named for: {each.name}"))
    return found


def _words(needs: Needs, profile: Profile) -> list[Reason]:
    """Words that both wrote, whatever compared them: that can be seen to be true."""
    both = sorted(telling(needs.words) & telling(profile.words))
    shown = ", ".join(both[:WORDS_SHOWN])
    return [Reason("words", f"uses words of yours: {shown}")] if both else []


def _waiting(profile: Profile, on: date, *, now: bool) -> list[Reason]:
    """When somebody new can begin: at once, or later."""
    later = profile.free_from is not None and profile.free_from > on
    if now:
        return [] if later else [Reason("waiting", "can begin now")]
    return [Reason("waiting", f"can begin on {profile.free_from.isoformat()}")] if later and profile.free_from else []
