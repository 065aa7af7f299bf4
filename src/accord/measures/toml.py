"""Reading TOML tables so that every complaint names the file and the field."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

from accord.errors import DefinitionError

T = TypeVar("T")

WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}


class Table:
    """One table of a definition. What is taken is ticked off; `finish` refuses what nobody asked for."""

    def __init__(self, file: str, values: dict[str, Any], where: str = "") -> None:
        self.file, self.values, self.where = file, values, where
        self._left = set(values)

    @classmethod
    def read(cls, path: Path) -> "Table":
        """The file's outermost table; a file that is not TOML is refused with the parser's words."""
        try:
            return cls(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise DefinitionError(path.name, "(file)", f"cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DefinitionError(path.name, "(file)", f"is not TOML in UTF-8: {error}") from None

    def wrong(self, name: str, problem: str) -> DefinitionError:
        """The error to raise about one field of this table."""
        return DefinitionError(self.file, f"{self.where}{name}", problem)

    def take(self, name: str, kind: type[T]) -> T:
        """A field that must be there."""
        if name not in self.values:
            raise self.wrong(name, f"is missing; wanted {WORDS[kind]}")
        return self._checked(name, kind)

    def perhaps(self, name: str, kind: type[T], default: T) -> T:
        """A field that may be left out."""
        return self._checked(name, kind) if name in self.values else default

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """A word out of a short list."""
        value = self.take(name, str) if default is None else self.perhaps(name, str, default)
        if value not in allowed:
            raise self.wrong(name, f"got {value!r}, wanted one of {', '.join(allowed)}")
        return value

    def words(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        if default is not None and name not in self.values:
            return default
        return tuple(self._all(name, self.take(name, list), str))

    def pair(self, name: str) -> tuple[float, float]:
        """Two numbers, the lower first."""
        numbers = self._all(name, self.take(name, list), float)
        if len(numbers) != 2 or not numbers[0] < numbers[1]:
            raise self.wrong(name, f"got {numbers}, wanted [lowest, highest]")
        return float(numbers[0]), float(numbers[1])

    def table(self, name: str) -> "Table":
        """A table that must be there."""
        return Table(self.file, self.take(name, dict), f"{self.where}{name}.")

    def tables(self, name: str) -> Iterator["Table"]:
        """A list of tables, possibly absent."""
        for number, values in enumerate(self.perhaps(name, list, []), start=1):
            if not isinstance(values, dict):
                raise self.wrong(f"{name}[{number}]", f"got {values!r}, wanted a table")
            yield Table(self.file, values, f"{self.where}{name}[{number}].")

    def finish(self) -> None:
        """Refuse fields that mean nothing: a misspelt field would otherwise be passed over in silence."""
        for name in sorted(self._left):
            raise self.wrong(name, "is not a field of a definition; check the spelling")

    def _checked(self, name: str, kind: type[T]) -> T:
        self._left.discard(name)
        return self._all(name, [self.values[name]], kind)[0]

    def _all(self, name: str, values: list[Any], kind: type[T]) -> list[T]:
        accepted: tuple[type, ...] = (int, float) if kind is float else (kind,)
        for value in values:
            # TOML's true and false are Python's bool, which is an int: never a number here.
            if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
                raise self.wrong(name, f"got {value!r}, wanted {WORDS[kind]}")
            if value == "":
                raise self.wrong(name, "is empty; leave the field out instead")
        return cast(list[T], values)
