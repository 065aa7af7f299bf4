"""What people come with, and which ways of working have research support for it: a data file, checked when read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from accord.errors import UsageError
from accord.measures.toml import Table

FILE = Path(__file__).with_name("concerns.toml")


@dataclass(frozen=True, slots=True)
class WayOfWorking:
    """A method of therapy, with its name and what it is in plain words."""

    id: str
    name: str
    plain: str


@dataclass(frozen=True, slots=True)
class Support:
    """A method with research support for a concern, and who says so."""

    method: str
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Concern:
    """Something people come with. An open one asks for no method in particular."""

    id: str
    name: str
    support: tuple[Support, ...]
    open: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(each.method for each in self.support)


@cache
def methods() -> Mapping[str, WayOfWorking]:
    """Every way of working by its id, in the order of the file."""
    return {each.id: each for each in _read(FILE)[0]}


@cache
def concerns() -> Mapping[str, Concern]:
    """Every concern by its id, in the order of the file."""
    return {each.id: each for each in _read(FILE)[1]}


def concern(name: str) -> Concern:
    """Raises UsageError for a concern that is not listed."""
    if name not in concerns():
        raise UsageError(f"there is no concern {name!r}; wanted one of {', '.join(concerns())}")
    return concerns()[name]


@cache
def _read(path: Path) -> tuple[tuple[WayOfWorking, ...], tuple[Concern, ...]]:
    top = Table.read(path)
    ways = tuple(_way(table) for table in top.tables("methods"))
    known = {each.id for each in ways}
    found = tuple(_concern(table, known) for table in top.tables("concerns"))
    top.finish()
    return ways, found


def _way(table: Table) -> WayOfWorking:
    way = WayOfWorking(table.take("id", str), table.take("name", str), table.take("plain", str))
    table.finish()
    return way


def _concern(table: Table, known: set[str]) -> Concern:
    """One concern; without a method it must say that it is open, or nobody could ever pass."""
    support = tuple(_support(each, known) for each in table.tables("support"))
    found = Concern(table.take("id", str), table.take("name", str), support, table.perhaps("open", bool, False))
    if found.open == bool(found.support):
        raise table.wrong("support", "wanted at least one method, or open = true and none")
    table.finish()
    return found


def _support(table: Table, known: set[str]) -> Support:
    found = Support(table.take("method", str), table.take("source", str), table.take("confirmed", bool))
    if found.method not in known:
        raise table.wrong("method", f"got {found.method!r}, wanted one of {', '.join(sorted(known))}")
    table.finish()
    return found
