"""Which measures there are, and loading one, with a licensee's own words where they brought some."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from accord.errors import UsageError
from accord.measures.measure import Item, Measure, Options
from accord.measures.reading import read_definition, read_options, read_wording
from accord.measures.toml import Table

DEFINITIONS = Path(__file__).parent / "definitions"


@cache
def names() -> tuple[str, ...]:
    """The ids of all measures, in alphabetical order."""
    return tuple(sorted(path.stem for path in DEFINITIONS.glob("*.toml")))


def load(name: str, texts: Path | None = None) -> Measure:
    """The measure of this id; the same object every time.

    `texts` is a licensee's text file, or the folder of such files (`<data>/measures`, one `<id>.toml` each); a folder
    without a file for this measure changes nothing. Raises UsageError for an unknown id, DefinitionError for a file
    that cannot be used.
    """
    if name not in names():
        raise UsageError(f"there is no measure {name!r}; wanted one of {', '.join(names())}")
    if texts is not None and texts.is_dir():
        texts = texts / f"{name}.toml"
        if not texts.exists():
            texts = None
    # The time of the last change is part of the key: a text file replaced while a server runs is read again.
    return _load(name, texts, texts.stat().st_mtime_ns if texts and texts.exists() else 0)


@cache
def _load(name: str, texts: Path | None, changed: int) -> Measure:
    if texts is None:
        return read_definition(DEFINITIONS / f"{name}.toml")
    return with_text(load(name), texts)


def with_text(measure: Measure, file: Path) -> Measure:
    """The measure with a licensee's words; every item must be there and no other.

    Raises UsageError for a measure that brings its own words, DefinitionError for a file that does not fit.
    """
    if measure.licence.status in ("green", "cc0"):
        raise UsageError(f"{measure.id} brings its own text; a text file is only for measures that come without")
    top = Table.read(file)
    if top.take("measure", str) != measure.id:
        raise top.wrong("measure", f"got {top.values['measure']!r}, wanted {measure.id!r}")
    given = top.table("items")
    shared = read_options(top, int(measure.items[0].low), int(measure.items[0].high))
    items = tuple(_worded(given, item, shared, measure.raters) for item in measure.items)
    instructions = read_wording(top, "instructions", measure.raters) if "instructions" in top.values else {}
    top.perhaps("language", str, "en")
    top.perhaps("permission", str, "-")
    given.finish()
    top.finish()
    return replace(measure, items=items, instructions_by_rater=instructions)


def _worded(given: Table, item: Item, shared: Options, raters: tuple[str, ...]) -> Item:
    """One item with its words: a text, or a table {text, labels or ends} for an item with answers of its own."""
    options, ends = shared
    if not isinstance(given.values.get(item.key), dict):
        texts = {raters[0]: given.take(item.key, str)}
    else:
        table = given.table(item.key)
        own_options, own_ends = read_options(table, int(item.low), int(item.high))
        if own_options:
            options, ends = own_options, own_ends
        texts = read_wording(table, "text", raters) if "text" in table.values else {}
        table.finish()
    if not options:
        raise given.wrong(item.key, "has no answer labels; give `labels` or `ends`, for all items or for this one")
    return replace(item, texts=texts, options=() if item.decimals else options, ends=ends)


def store_text(name: str, file: Path, data: Path) -> Path:
    """Check a licensee's text file and keep a copy of it as `<data>/measures/<name>.toml`; returns where it is kept."""
    with_text(load(name), file)
    kept = data / "measures" / f"{name}.toml"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(file.read_bytes())
    return kept


def unconfirmed(measure: Measure) -> Mapping[str, str]:
    """Every published figure of the measure that was not checked at its source: what it is -> what it says."""
    figures = [
        *measure.reliabilities,
        *(each for each in (measure.rci, measure.recovery, measure.missing_rule) if each),
    ]
    cutoffs = [(scale.key, cutoff) for scale in measure.scales for cutoff in scale.cutoffs]
    found = {figure.name: f"{figure.value:g}" for figure in figures if not figure.confirmed}
    found |= {f"cut-off {key} {cut.value:g}": cut.label for key, cut in cutoffs if not cut.confirmed}
    found |= {f"norm {norm.group}": f"{norm.mean:g} (SD {norm.sd:g})" for norm in measure.norms if not norm.confirmed}
    return found if measure.scoring_confirmed else {"scoring key": "from memory", **found}
