"""Tables of therapists and of people: columns in, `Profiles` and `Needs` out, every cell that cannot be used named."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from accord.errors import TableError
from accord.fit.asking import FIELDS, needs_of
from accord.fit.columns import DAY_ONE, NEVER, SETTLED, UNKNOWN_FEE, UNKNOWN_STYLE, Profiles, Sets
from accord.fit.needs import AXES, Needs, folded

Refused = list[tuple[int, str, str]]
NEEDED = ("id", "verified", "licensed_until", "methods", "places")
# The column of each set; a therapist has one gender, the other columns hold several words.
COLUMNS = {"genders": "gender"} | {name: name for name in SETTLED} | {
    name: name for name in ("regions", "languages", "insurers", "offers")
}  # fmt: skip
THERAPIST = (*NEEDED, *COLUMNS.values(), "fee", "free_from", "latitude", "longitude", *(a.id for a in AXES), "words")
YES, NO = ("yes", "true", "1"), ("no", "false", "0")


class Cells:
    """The columns of one table, read one by one; what cannot be used is collected in `refused`."""

    def __init__(self, table: pl.DataFrame, needed: Sequence[str] = ()) -> None:
        self.table = table
        self.refused: Refused = []
        self._names = {_bare(name): name for name in reversed(table.columns)}
        for name in needed:
            if _bare(name) not in self._names:
                raise TableError(f"there is no such column; the file has {', '.join(table.columns[:12])}", column=name)

    def column(self, name: str) -> pl.Series:
        """The column of this name, case and underscores aside; nothing in any row where there is none."""
        found = self._names.get(_bare(name))
        return self.table[found] if found else pl.Series(name, [None], pl.String).new_from_index(0, self.table.height)

    def text(self, name: str) -> pl.Series:
        """As trimmed text, null where blank."""
        cells = self.column(name).cast(pl.String).str.strip_chars()
        return pl.select(pl.when(cells != "").then(cells)).to_series()

    def refuse(self, name: str, bad: pl.Series, wanted: str) -> None:
        """Every row where `bad` is true."""
        cells = self.column(name)
        for row in bad.fill_null(False).arg_true():
            value = cells[row]
            got = "is empty" if value is None or value == "" else f"got {value}"
            self.refused.append((row + 1, name, f"{got}, wanted {wanted}"))

    def ids(self, name: str = "id") -> pl.Series:
        cells = self.text(name)
        self.refuse(name, cells.is_null(), "who it is")
        self.refuse(name, ~cells.is_first_distinct() & cells.is_not_null(), "one row for each; it stands there already")
        return cells

    def numbers(self, name: str, low: float, high: float, wanted: str, *, whole: bool = False) -> pl.Series:
        """Floats within bounds, null where blank."""
        cells = self.column(name)
        text = cells if cells.dtype.is_numeric() else self.text(name)
        numbers = text.cast(pl.Float64, strict=False)
        good = numbers.is_between(low, high) & numbers.is_finite()
        good = good & (numbers == numbers.floor()) if whole else good
        self.refuse(name, text.is_not_null() & ~good.fill_null(False), wanted)
        return pl.select(pl.when(good).then(numbers)).to_series()

    def days(self, name: str, *, needed: bool = False) -> NDArray[np.int32]:
        """Days since the first, NEVER where blank."""
        cells, text = self.column(name), self.text(name)
        if cells.dtype == pl.String or cells.dtype == pl.Null:
            read = text.str.to_date("%Y-%m-%d", strict=False)
        else:
            read = cells.cast(pl.Date, strict=False)
        self.refuse(name, read.is_null() if needed else read.is_null() & text.is_not_null(), "a day such as 2026-05-31")
        assert DAY_ONE.year == 1970
        return _array(read.to_physical().fill_null(NEVER), np.int32)

    def yes(self, name: str) -> NDArray[np.bool_]:
        text = self.text(name).str.to_lowercase()
        self.refuse(name, ~text.is_in([*YES, *NO]).fill_null(False), "yes or no")
        return _array(text.is_in(YES).fill_null(False), np.bool_)

    def sets(self, name: str, settled: Sequence[str] | None) -> Sets:
        """Words with semicolons between them. Each set and each word that occurs is looked at once."""
        cells = self.column(name)
        text = (cells.list.join(";") if isinstance(cells.dtype, pl.List) else self.text(name)).fill_null("")
        written, codes = _coded(text)
        parts = written.str.split(";")
        words, word_codes = _coded(parts.explode())
        plain = [folded(word) for word in words.to_list()]
        known = [*settled] if settled is not None else sorted({word for word in plain if word})
        names = {word: place for place, word in enumerate(known)}
        places = _array(word_codes, np.int64)
        strange = np.array([word != "" and word not in names for word in plain], bool)[places]
        lengths = _array(parts.list.len(), np.int64)
        if strange.any():
            bad = pl.Series(np.repeat(np.arange(len(lengths)), lengths)[strange]).unique()
            self.refuse(name, codes.is_in(bad.implode()), f"words out of {', '.join(known)}")
        of_word = np.array([names.get(word, -1) for word in plain], np.int64)
        found = Sets.placed(names, of_word[places], np.cumsum(lengths) - lengths)
        return Sets(names, np.ascontiguousarray(found.bits[:, _array(codes, np.int64)]))


def passed_over(table: pl.DataFrame, known: Sequence[str]) -> list[str]:
    """Columns that mean nothing here. They are worth a word: a misspelt one would be a limit that nobody sees."""
    return [name for name in table.columns if _bare(name) not in {_bare(each) for each in known}]


def read_profiles(table: pl.DataFrame) -> tuple[Profiles, Refused]:
    """One row a therapist; columns as in `accord fit schema`. Use the profiles only when nothing is refused."""
    cells = Cells(table, NEEDED)
    ids = cells.ids()
    fee = cells.numbers("fee", 0, 1e7, "an amount, 0 or more, or nothing")
    places = cells.numbers("places", 0, 1e6, "a whole number, 0 or more", whole=True)
    cells.refuse("places", cells.text("places").is_null(), "a whole number, 0 or more")
    profiles = Profiles(
        ids=cast(Sequence[str], ids.fill_null("")),
        verified=cells.yes("verified"),
        until=cells.days("licensed_until", needed=True),
        places=_array(places.fill_null(0), np.int32),
        free_from=cells.days("free_from"),
        fee=_array((fee * 100).round(0).fill_null(UNKNOWN_FEE), np.int32),
        latitude=_array(cells.numbers("latitude", -90, 90, "degrees from -90 to 90").fill_null(np.nan), np.float64),
        longitude=_array(
            cells.numbers("longitude", -180, 180, "degrees from -180 to 180").fill_null(np.nan), np.float64
        ),
        styles=np.array([_styles(cells, axis.id) for axis in AXES]),
        words=cast(Sequence[str | None], cells.text("words")),
        **{name: cells.sets(column, SETTLED.get(name)) for name, column in COLUMNS.items()},
    )
    return profiles, sorted(set(cells.refused))


def read_people(table: pl.DataFrame) -> tuple[list[Needs], Refused]:
    """One row a person; other columns than those of needs are passed over."""
    cells = Cells(table, ("id", "concerns"))
    cells.ids()
    named = [name for name in FIELDS if _bare(name) in {_bare(column) for column in table.columns}]
    columns = {name: cells.column(name).to_list() for name in named if name != "id"} | {
        "id": cells.text("id").to_list()
    }
    return _people([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)], cells.refused)


def people_of(rows: Sequence[Any]) -> tuple[list[Needs], Refused]:
    """A list of needs as JSON has them; each with its id."""
    refused: Refused = []
    seen: set[str] = set()
    for row, values in enumerate(rows, 1):
        who = str(values.get("id", "")).strip() if isinstance(values, dict) else ""
        if not who or who in seen:
            refused.append((row, "id", f"got {who}, wanted one row for each" if who else "is empty, wanted who it is"))
        seen.add(who)
    return _people([values if isinstance(values, dict) else {} for values in rows], refused)


def _people(rows: list[dict[str, Any]], refused: Refused) -> tuple[list[Needs], Refused]:
    people, wrong = [], list(refused)
    for row, values in enumerate(rows, 1):
        needs, problems = needs_of(values)
        wrong += [(row, name, problem) for name, problem in problems]
        if needs is not None:
            people.append(needs)
    return people, sorted(set(wrong))


def _styles(cells: Cells, axis: str) -> NDArray[np.int8]:
    said = cells.numbers(axis, -3, 3, "a whole number from -3 to 3, or nothing", whole=True)
    return _array(said.fill_null(UNKNOWN_STYLE), np.int8)


def _coded(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The texts that occur, and for each row which of them."""
    written = text.unique(maintain_order=True)
    if not len(written):
        return written, pl.Series([], dtype=pl.Int64)
    return written, text.replace_strict(written, pl.Series(range(len(written))), return_dtype=pl.Int64)


def _array(cells: pl.Series, kind: Any) -> NDArray[Any]:
    return np.ascontiguousarray(cells.to_numpy().astype(kind, copy=False))


def _bare(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())
