"""A definition file becomes a Measure, or a DefinitionError that names the file and the field.

What can be worked out is compared with what is written (ranges against items, subscales against the item list), so
that a slip of the pen in a definition is found on load and not in somebody's score.
"""

from itertools import pairwise
from pathlib import Path
from typing import cast

from accord.measures.measure import (
    TIMES,
    Cutoff,
    Direction,
    Figure,
    Item,
    Licence,
    Measure,
    Method,
    Norm,
    Option,
    Options,
    SafetyItem,
    Scale,
    Side,
    Status,
)
from accord.measures.toml import Table

DIRECTIONS = ("higher", "lower", "neither")
SIDES = ("at or above", "at or below", "below")
STATUSES = ("cc0", "green", "amber", "red")
PAGE = 5


def read_definition(path: Path) -> Measure:
    """One measure out of one file."""
    top = Table.read(path)
    raters = top.words("raters")
    reverse, items = read_items(top, raters)
    scoring = top.table("scoring")
    total = _total(top, scoring, items)
    if not top.perhaps("validated", bool, True) and "note" not in top.values:
        raise top.wrong("note", "is missing; a measure that is not validated says so where its scores are explained")
    measure = Measure(
        id=_id(top, path),
        version=top.take("version", str),
        title=top.take("title", str),
        direction=cast(Direction, top.choice("direction", DIRECTIONS)),
        range=_range(top, items, total),
        raters=raters,
        instructions_by_rater=read_wording(top, "instructions", raters) if "instructions" in top.values else {},
        items=items,
        reverse=reverse,
        total=total,
        subscales=tuple(_scale(table, items, top) for table in top.tables("subscales")),
        layout=_layout(top, items),
        safety=tuple(_safety(table, items) for table in top.tables("safety")),
        licence=_licence(top),
        validated=top.take("validated", bool),
        reliabilities=tuple(_figure(table) for table in top.tables("reliability")),
        rci=_figure(top.table("rci")) if "rci" in top.values else None,
        recovery=_figure(top.table("recovery")) if "recovery" in top.values else None,
        norms=tuple(_norm(table) for table in top.tables("norms")),
        loinc=_loinc(top),
        note=top.perhaps("note", str, ""),
        scoring_source=scoring.perhaps("source", str, ""),
        scoring_confirmed=scoring.perhaps("confirmed", bool, True),
        missing_rule=_missing_rule(scoring, total),
    )
    scoring.finish()
    top.finish()
    _every_scored_item_counts(top, measure)
    return measure


def read_wording(table: Table, name: str, raters: tuple[str, ...]) -> dict[str, str]:
    """A text for everyone, or a table with one text a rater."""
    if isinstance(table.values.get(name), str):
        return {raters[0]: table.take(name, str)}
    by_rater = table.table(name)
    wording = {rater: by_rater.take(rater, str) for rater in raters}
    by_rater.finish()
    return wording


def _id(top: Table, path: Path) -> str:
    name = top.take("id", str)
    if name != path.stem:
        raise top.wrong("id", f"got {name!r}, wanted {path.stem!r} as the file is called")
    return name


def read_items(top: Table, raters: tuple[str, ...]) -> tuple[frozenset[str], tuple[Item, ...]]:
    """The items with what all of them share filled in, and which of them are counted backwards."""
    answers = top.table("answers")
    low, high = answers.pair("range")
    decimals = answers.perhaps("decimals", bool, False)
    options, ends = read_options(answers, int(low), int(high))
    answers.finish()
    shared = Item(key="", number=0, low=low, high=high, decimals=decimals, options=options, ends=ends)
    if "count" in top.values:
        items = [
            _item(Table(top.file, {"key": str(n)}), n, shared, raters) for n in range(1, top.take("count", int) + 1)
        ]
    else:
        items = [_item(table, n, shared, raters) for n, table in enumerate(top.tables("items"), start=1)]
    keys = [item.key for item in items]
    if not keys or len(set(keys)) < len(keys):
        raise top.wrong("items", f"got keys {keys}, wanted at least one item and every key once")
    reverse = top.words("reverse", ())
    _known(top, "reverse", reverse, tuple(items))
    return frozenset(reverse), tuple(items)


def _item(table: Table, number: int, shared: Item, raters: tuple[str, ...]) -> Item:
    own_options, own_ends = read_options(table, int(shared.low), int(shared.high))
    item = Item(
        key=table.take("key", str),
        number=number,
        low=shared.low,
        high=shared.high,
        decimals=shared.decimals,
        texts=read_wording(table, "text", raters) if "text" in table.values else None,
        options=own_options or shared.options,
        ends=own_ends or shared.ends,
        scored=table.perhaps("scored", bool, True),
        group=table.perhaps("group", str, "") or None,
        loinc=table.perhaps("loinc", str, "") or None,
    )
    table.finish()
    return item


def read_options(table: Table, low: int, high: int) -> Options:
    """Either `labels`, one an answer from lowest to highest, or `ends`, the two outermost only, or neither."""
    labels, ends = table.words("labels", ()), table.words("ends", ())
    codes = table.words("answer_loinc", ()) or (None,) * len(labels)
    if ends and len(ends) != 2:
        raise table.wrong("ends", f"got {len(ends)} labels, wanted the lowest and the highest")
    if labels and (len(labels) != high - low + 1 or len(codes) != len(labels)):
        raise table.wrong("labels", f"got {len(labels)} labels, wanted {high - low + 1} for answers {low} to {high}")
    if labels:
        options = tuple(Option(low + n, label, code) for n, (label, code) in enumerate(zip(labels, codes, strict=True)))
        return options, None
    if ends:
        between = [""] * (high - low - 1)
        names = [ends[0], *between, ends[1]]
        return tuple(Option(low + n, label) for n, label in enumerate(names)), (ends[0], ends[1])
    return (), None


def _total(top: Table, scoring: Table, items: tuple[Item, ...]) -> Scale | None:
    method = scoring.choice("total", (*TIMES, "none"))
    if method == "none":
        return None
    default = tuple(item.key for item in items if item.scored)
    keys = scoring.words("items", default)
    cutoffs = tuple(_cutoff(table) for table in top.tables("cutoffs"))
    return _build("total", "Total", keys, cast(Method, method), scoring, items, top, cutoffs)


def _missing_rule(scoring: Table, total: Scale | None) -> Figure | None:
    if total is None:
        return None
    source = scoring.perhaps("missing_source", str, "the usual rule: at most a fifth of the items")
    confirmed = scoring.perhaps("missing_confirmed", bool, True)
    return Figure("missing answers allowed", total.missing_allowed, source, confirmed)


def _scale(table: Table, items: tuple[Item, ...], top: Table) -> Scale:
    method = cast(Method, table.choice("method", tuple(TIMES), "sum"))
    key, title, keys = table.take("key", str), table.take("title", str), table.words("items")
    cutoffs = tuple(_cutoff(each) for each in table.tables("cutoffs"))
    scale = _build(key, title, keys, method, table, items, top, cutoffs)
    table.finish()
    return scale


def _build(
    key: str,
    title: str,
    keys: tuple[str, ...],
    method: Method,
    table: Table,
    items: tuple[Item, ...],
    top: Table,
    cutoffs: tuple[Cutoff, ...],
) -> Scale:
    """A scale with its limits: unless stated otherwise a fifth of its items may be missing."""
    _known(table, "items", keys, items)
    needed = table.words("needed", ())
    _known(table, "needed", needed, tuple(item for item in items if item.key in keys))
    allowed = table.perhaps("missing_allowed", int, len(keys) // 5)
    if not 0 <= allowed < len(keys):
        raise table.wrong("missing_allowed", f"got {allowed}, wanted 0 to {len(keys) - 1} of {len(keys)} items")
    chosen = [item for item in items if item.key in keys]
    factor = 1 / len(keys) if method == "mean" else TIMES[method]
    limits = (sum(item.low for item in chosen) * factor, sum(item.high for item in chosen) * factor)
    direction = cast(Direction, table.choice("direction", DIRECTIONS, top.choice("direction", DIRECTIONS)))
    return Scale(key, title, keys, method, allowed, limits, direction, frozenset(needed), cutoffs)


def _range(top: Table, items: tuple[Item, ...], total: Scale | None) -> tuple[float, float]:
    """The stated range, which must be what the items and the scoring give."""
    stated = top.pair("range")
    if total and max(abs(a - b) for a, b in zip(stated, total.range, strict=True)) > 1e-9:
        low, high = total.range
        raise top.wrong("range", f"got {list(stated)}, but the items and the scoring give [{low:g}, {high:g}]")
    return stated


def _layout(top: Table, items: tuple[Item, ...]) -> tuple[tuple[str, ...], ...]:
    """The stated pages, else all items on as few pages as hold them, evenly."""
    keys = [item.key for item in items]
    if "pages" not in top.values:
        count = -(-len(keys) // PAGE)
        starts = [-(-len(keys) * n // count) for n in range(count + 1)]
        return tuple(tuple(keys[start:stop]) for start, stop in pairwise(starts))
    pages = top.take("pages", list)
    names = {*keys, *(item.group for item in items if item.group)}
    for page in pages:
        unknown = [name for name in page if name not in names] if isinstance(page, list) else [page]
        if unknown or not page:
            raise top.wrong("pages", f"got {unknown or page}, wanted lists of item keys or of a group's name")
    return tuple(tuple(page) for page in pages)


def _safety(table: Table, items: tuple[Item, ...]) -> SafetyItem:
    safety = SafetyItem(table.take("item", str), table.take("at_least", int))
    _known(table, "item", (safety.item,), items)
    table.finish()
    return safety


def _licence(top: Table) -> Licence:
    table = top.table("licence")
    licence = Licence(
        status=cast(Status, table.choice("status", STATUSES)),
        owner=table.take("owner", str),
        notice=table.take("notice", str),
        url=table.perhaps("url", str, ""),
    )
    table.finish()
    return licence


def _cutoff(table: Table) -> Cutoff:
    cutoff = Cutoff(
        value=table.take("value", float),
        label=table.take("label", str),
        source=table.take("source", str),
        confirmed=table.perhaps("confirmed", bool, True),
        side=cast(Side, table.choice("side", SIDES, "at or above")),
    )
    table.finish()
    return cutoff


def _figure(table: Table) -> Figure:
    figure = Figure(
        name=table.take("name", str),
        value=table.take("value", float),
        source=table.take("source", str),
        confirmed=table.perhaps("confirmed", bool, True),
    )
    table.finish()
    return figure


def _norm(table: Table) -> Norm:
    norm = Norm(
        group=table.take("group", str),
        mean=table.take("mean", float),
        sd=table.take("sd", float),
        n=table.perhaps("n", int, 0) or None,
        source=table.take("source", str),
        confirmed=table.perhaps("confirmed", bool, True),
    )
    table.finish()
    return norm


def _loinc(top: Table) -> dict[str, str]:
    if "loinc" not in top.values:
        return {}
    table = top.table("loinc")
    return {name: table.take(name, str) for name in list(table.values)}


def _known(table: Table, name: str, keys: tuple[str, ...], items: tuple[Item, ...]) -> None:
    known = [item.key for item in items]
    for key in keys:
        if key not in known:
            raise table.wrong(name, f"got item {key!r}, wanted some of {', '.join(known)}")
    if len(set(keys)) < len(keys):
        raise table.wrong(name, f"got {list(keys)}, wanted every item once")


def _every_scored_item_counts(top: Table, measure: Measure) -> None:
    counted = {key for scale in measure.scales for key in scale.items}
    for item in measure.items:
        if item.scored != (item.key in counted):
            problem = "is in no scale" if item.scored else "is in a scale"
            raise top.wrong("items", f"item {item.key!r} {problem}, though scored is {str(item.scored).lower()}")
