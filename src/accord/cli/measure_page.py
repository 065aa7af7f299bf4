"""One measure as a page for people and as JSON for programs."""

from dataclasses import asdict
from typing import Any

from accord.cli.output import show_table
from accord.measures import Item, Measure, Scale, unconfirmed


def as_json(measure: Measure) -> dict[str, Any]:
    """Everything the definition says, in plain types."""
    return {
        "id": measure.id,
        "version": measure.version,
        "title": measure.title,
        "raters": list(measure.raters),
        "direction": measure.direction,
        "range": list(measure.range),
        "validated": measure.validated,
        "note": measure.note,
        "instructions": dict(measure.instructions_by_rater),
        "items": [_item(item, measure) for item in measure.items],
        "scales": [_scale(scale) for scale in measure.scales],
        "safety": [asdict(each) for each in measure.safety],
        "reliability": [asdict(each) for each in measure.reliabilities],
        "rci": asdict(measure.rci) if measure.rci else None,
        "recovery": asdict(measure.recovery) if measure.recovery else None,
        "norms": [asdict(each) for each in measure.norms],
        "scoring": {"source": measure.scoring_source, "confirmed": measure.scoring_confirmed},
        "licence": asdict(measure.licence),
        "loinc": dict(measure.loinc or {}),
        "unconfirmed": dict(unconfirmed(measure)),
    }


def _item(item: Item, measure: Measure) -> dict[str, Any]:
    return asdict(item) | {"texts": dict(item.texts or {}), "reversed": item.key in measure.reverse}


def _scale(scale: Scale) -> dict[str, Any]:
    return asdict(scale) | {"needed": sorted(scale.needed)}


def print_page(measure: Measure) -> None:
    """Title, items, scales, figures, licence: in this order, each table only where there is something in it."""
    print(f"{measure.title}  ({measure.id}, definition {measure.version})")
    for line in (measure.note, *measure.instructions_by_rater.values()):
        if line:
            print(line)
    print()
    show_table([_item_row(item, measure) for item in measure.items])
    print()
    show_table([_scale_row(scale) for scale in measure.scales], title="Scales")
    figures = _figures(measure)
    if figures:
        print()
        show_table(figures, title="Published figures")
    print(f"\n{_safety(measure)}{_source(measure)}\n{_licence(measure)}")


def _item_row(item: Item, measure: Measure) -> dict[str, Any]:
    words = [*(item.texts or {}).values()] or ([" / ".join(item.ends)] if item.ends else ["(no text: see the licence)"])
    labels = ", ".join(f"{option.value} {option.label}" for option in item.options if option.label)
    marks = ["reversed"] if item.key in measure.reverse else []
    marks += [item.group] if item.group else []
    marks += [] if item.scored else ["not scored"]
    # Labels are the same for nearly all items: shown once, where they begin and where they change.
    before = measure.items[item.number - 2] if item.number > 1 else None
    same = before is not None and before.options == item.options
    row = {"item": item.key, "asks": "\n".join(dict.fromkeys(words)), "": ", ".join(marks)}
    return row | {"answers": "" if same else labels or f"{item.low:g} to {item.high:g}"}


def _scale_row(scale: Scale) -> dict[str, Any]:
    low, high = scale.range
    return {
        "scale": scale.key,
        "title": scale.title,
        "items": " ".join(scale.items),
        "number": scale.method,
        "range": f"{low:g} to {high:g}",
        "better": scale.direction,
        "may be missing": scale.missing_allowed,
        "must be answered": " ".join(sorted(scale.needed)),
    }


def _figures(measure: Measure) -> list[dict[str, Any]]:
    rows = [
        _figure(f"{scale.key}: {cut.side} {cut.value:g}", cut.label, cut.source, cut.confirmed)
        for scale in measure.scales
        for cut in scale.cutoffs
    ]
    stated = (*measure.reliabilities, measure.rci, measure.recovery, measure.missing_rule)
    rows += [_figure(each.name, f"{each.value:g}", each.source, each.confirmed) for each in stated if each]
    rows += [
        _figure(f"norm: {norm.group}", f"mean {norm.mean:g}, SD {norm.sd:g}, n {norm.n}", norm.source, norm.confirmed)
        for norm in measure.norms
    ]
    return rows


def _figure(what: str, says: str, source: str, confirmed: bool) -> dict[str, Any]:
    return {"figure": what, "says": says, "source": source, "checked": "" if confirmed else "not confirmed"}


def _safety(measure: Measure) -> str:
    return "".join(
        f"Safety: an answer of {each.at_least} or more to item {each.item} cannot wait.\n" for each in measure.safety
    )


def _source(measure: Measure) -> str:
    unsure = "" if measure.scoring_confirmed else " (not confirmed)"
    return f"Scoring: {measure.scoring_source or 'as stated'}{unsure}"


def _licence(measure: Measure) -> str:
    licence = measure.licence
    return f"Licence: {licence.status}. Owner: {licence.owner.rstrip('.')}. {licence.notice} {licence.url}".rstrip()
