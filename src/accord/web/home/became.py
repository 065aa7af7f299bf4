"""What became of what a client said: when it was talked about, whether it feels mended, and what they brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accord.web.alliance import queries as alliance
from accord.web.alliance.between_reading import Bringing, bringings
from accord.web.alliance.models import Brought, Course, Declared, Occasion, Repair
from accord.web.people.asker import Asker


@dataclass(frozen=True)
class Talked:
    """Something that felt off and was talked about. Of the talks the client sees with whom and when, no more."""

    repair: Repair
    since: Occasion | None
    talks: Sequence[tuple[str, date]]
    word: Declared | None

    @property
    def waits(self) -> bool:
        """The client has not called it mended."""
        return not (self.word and self.word.mended)


@dataclass(frozen=True)
class Became:
    """Of one course: what was talked about and what was brought, the newest first."""

    talked: Sequence[Talked]
    brought: Sequence[Bringing]

    @property
    def settled(self) -> Sequence[Talked]:
        """What the client called mended."""
        return [one for one in self.talked if not one.waits]

    def on(self, occasion: Occasion) -> "Became":
        """What belongs to one day."""
        days = [one for one in self.brought if one.row.kind == Brought.SESSION and one.row.about == occasion.pk]
        return Became([one for one in self.talked if one.since == occasion], days)


def became(asker: Asker, courses: Iterable[Course]) -> Mapping[UUID, Became]:
    """For each of a client's courses. What their therapist noted of it is not among it."""
    every = list(courses)
    repairs, brought = alliance.repairs(asker, every), alliance.what_was_brought(asker, every)
    return {
        one.pk: Became(_talked(repairs.get(one.pk, ())), bringings(asker, one, brought.get(one.pk, [])))
        for one in every
    }


def _talked(repairs: Iterable[Repair]) -> list[Talked]:
    found = []
    for one in repairs:
        talks = sorted({(talk.talked_on, talk.member.name) for talk in one.talks.all()})
        if talks:
            word = alliance.word_of(one, Declared.CLIENT)
            found.append(Talked(one, one.since, [(name, day) for day, name in talks], word))
    return found
