"""One search as plain values: what was answered, on which pages, and which limits were given up for now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from accord.fit import Needs, needs_of

FOUR = ("what", "where", "how", "musts")
BETTER = ("style", "words")
# The limits that a page of the form asks about: answered anew, they hold again.
ASKED_ON = {"where": ("region",), "how": ("language", "format"), "musts": ("fee", "times", "gender", "must: ")}
# What a limit is in the answers.
FIELDS = {
    "region": ("region",),
    "language": ("languages",),
    "format": ("formats",),
    "fee": ("fee", "insurer"),
    "times": ("times",),
    "gender": ("genders",),
}


@dataclass(frozen=True)
class Looking:
    """What somebody said they look for. `without` are limits that they gave up to see more, and may take up again."""

    given: Mapping[str, Any] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def missing(self) -> str | None:
        """The first of the four pages that is still to be answered."""
        ready = self.done if self.needs else [page for page in self.done if page != "what"]
        return next((page for page in FOUR if page not in ready), None)

    @property
    def needs(self) -> Needs | None:
        """All that was said, as the domain reads it; None where it cannot be read (any more)."""
        return needs_of(self.given)[0]

    @property
    def needs_now(self) -> Needs | None:
        """The same without the limits that were given up."""
        given = dict(self.given)
        for limit in self.without:
            for name in FIELDS.get(limit, ()):
                given.pop(name, None)
        given["musts"] = [must for must in given.get("musts", ()) if f"must: {must}" not in self.without]
        return needs_of(given)[0]

    @property
    def waits(self) -> bool:
        """Whether they would wait for a place."""
        return "room" in self.without

    @property
    def limits(self) -> tuple[str, ...]:
        """What can be given up: whatever was set, and waiting for a place. Never licence or training."""
        said = {name for name, value in self.given.items() if value not in (None, "", [])}
        named = [limit for limit, names in FIELDS.items() if said & set(names)]
        return ("room", *named, *(f"must: {must}" for must in self.given.get("musts", ())))

    def answered(self, page: str, given: Mapping[str, Any]) -> "Looking":
        """With one page answered; the limits of that page hold again."""
        done = self.done if page in self.done else (*self.done, page)
        again = ASKED_ON.get(page, ())
        without = tuple(limit for limit in self.without if not (again and limit.startswith(again)))
        return Looking({**self.given, **given}, done, without)

    def relaxed(self, limit: str, *, back: bool) -> "Looking":
        """With one limit given up, or taken up again."""
        others = tuple(each for each in self.without if each != limit)
        return replace(self, without=others if back else (*others, limit))


def read(text: str) -> Looking:
    """What `written` wrote; nothing where nothing was written yet."""
    found = json.loads(text) if text else {}
    return Looking(found.get("given", {}), tuple(found.get("done", ())), tuple(found.get("without", ())))


def written(looking: Looking) -> str:
    return json.dumps({"given": dict(looking.given), "done": looking.done, "without": looking.without})
