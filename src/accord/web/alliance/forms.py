"""Outside input to one clean domain value: a page of answers, a day and time, a plan, a file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils import timezone

from accord import measures
from accord.measures import Item, Measure
from accord.web import wording
from accord.web.alliance.models import Occasion
from accord.web.alliance.queries import Closing
from accord.web.people.forms import attempt_of as attempt_of

SKIPPED = "skip"
LARGEST = 5 * 2**20
MOST_CLIENTS = 500
LONGEST_WORDS = 2000
SHARE, KEEP = "share", "keep"


@dataclass(frozen=True)
class Page:
    """One page of one measure: which items, what was given, and what still needs an answer or a 'skip'."""

    measure: Measure
    items: tuple[Item, ...]
    given: Mapping[str, int | float | None]
    errors: Mapping[str, str]


def field_name(measure: Measure, item: Item) -> str:
    return f"{measure.id}.{item.key}"


def read_page(measure: Measure, items: Iterable[Item], data: Mapping[str, str], rater: str = "client") -> Page:
    """What was ticked. An item left alone is an error, since a slip of the thumb should not become a skip."""
    given: dict[str, int | float | None] = {}
    errors: dict[str, str] = {}
    for item in items:
        name = field_name(measure, item)
        text = data.get(name, "").strip()
        if text == SKIPPED:
            given[item.key] = None
        elif text:
            _read_answer(item, text, name, rater, given, errors)
        else:
            errors[f"q-{name}"] = f"No answer yet: {item.text_for(rater)}"
    return Page(measure, tuple(items), given, errors)


def danger_in(data: Mapping[str, str]) -> dict[str, dict[str, int | float | None]]:
    """What was answered to questions about self-harm, of whichever measure and page: it is never left unread."""
    found: dict[str, dict[str, int | float | None]] = {}
    for measure in (wording.measure(name) for name in measures.names()):
        given = read_page(measure, [measure.item(mark.item) for mark in measure.safety], data).given
        if any(value is not None for value in given.values()):
            found[measure.id] = dict(given)
    return found


def _read_answer(
    item: Item, text: str, name: str, rater: str, given: dict[str, int | float | None], errors: dict[str, str]
) -> None:
    try:
        value = float(text) if item.decimals else int(text)
    except ValueError:
        value = float("nan")
    if item.low <= value <= item.high:
        given[item.key] = value
    else:
        errors[f"q-{name}"] = f"Choose one of the answers shown: {item.text_for(rater)}"


@dataclass(frozen=True)
class LastPage:
    """The last page of a check-in as it was filled in, and what is wrong with it."""

    closing: Closing
    errors: Mapping[str, str]


def read_last_page(data: QueryDict) -> LastPage:
    """Own words, who reads them, what is kept. What may be kept at all, the action knows."""
    errors: dict[str, str] = {}
    words = _plain(data.get("words", ""))
    who, mended = data.get("words_for", ""), data.get("mended", "")
    if len(words) > LONGEST_WORDS:
        errors["words"] = f"Your words have {len(words)} characters; there is room for {LONGEST_WORDS}. Shorten them."
    if words and who not in (SHARE, KEEP):
        errors["words-for"] = "Choose who may read your words: your therapist, or you alone."
    if mended not in ("", Closing.YES, Closing.NOT_YET, Closing.NOTHING):
        errors["mended"], mended = "Choose one of the answers shown, or skip this one.", ""
    kept = {name: sorted(items) for name, items in _ticked(data.getlist("kept")).items()}
    return LastPage(Closing(words, who == KEEP, kept, mended), errors)


def _plain(text: str) -> str:
    """A page sends two characters for the end of a line; a person sees one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def _ticked(names: Iterable[str]) -> dict[str, set[str]]:
    """'alliance.off', 'alliance.trust' -> the items of each measure."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        measure, _, item = name.partition(".")
        if len(name) < 60 and item:
            found[measure].add(item)
    return found


@dataclass(frozen=True)
class Sharing:
    """What of one day a client keeps for themself, and what they were shown when they chose."""

    seen: Mapping[str, int]
    kept: Mapping[str, Collection[str]]
    words_seen: Collection[UUID]
    words_kept: Collection[UUID]


def read_sharing(data: QueryDict) -> Sharing | None:
    """None for what no page of ours sends."""
    try:
        seen = {name: int(revision) for name, _, revision in (one.partition(".") for one in data.getlist("seen"))}
        shown, kept = ([UUID(one) for one in data.getlist(name)] for name in ("words", "words_kept"))
    except ValueError:
        return None
    return Sharing(seen, _ticked(data.getlist("kept")), shown, kept)


class BookSession(forms.Form):
    """A day and a time on the practice's own clock."""

    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    time = forms.TimeField(label="Time", widget=forms.TimeInput(attrs={"type": "time"}))

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not -8 < (day - timezone.now().date()).days < 800:
            raise forms.ValidationError(
                "choose a day from a week ago to two years ahead; older sessions come in as a table"
            )
        return day

    def why(self) -> str:
        """What is wrong with it, in a few words."""
        return "; ".join(str(error) for errors in self.errors.values() for error in errors).lower().rstrip(".")

    def starts_at(self, time_zone: str) -> datetime:
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], ZoneInfo(time_zone))


ATTENDANCE = [
    ("yes", "came"),
    ("late", "came late"),
    ("no", "did not come"),
    ("cancelled-client", "cancelled by the client"),
    ("cancelled-therapist", "cancelled by me"),
]
"""The buttons under 'Did they come?'."""


def attendance_of(text: str) -> tuple[str, str] | None:
    """What became of a session, and who cancelled it; empty is the undo, None is none of the buttons."""
    attended, _, by = text.partition("-")
    known = text in ("", Occasion.CANCELLED, *dict(ATTENDANCE))
    return (attended, by) if known else None


class NewClient(forms.Form):
    """A person this therapist begins to work with."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="Kept encrypted. Only you see it, and whoever looks after this client with you.",
        error_messages={"required": "write a name, or a short name that you will know"},
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="For check-in links and for the client's own page. Messages never say what they are about.",
    )


class ClientAddress(forms.Form):
    """Where links go."""

    email = forms.EmailField(label="E-mail", required=False, help_text="Leave it empty to send nothing.")


def order_of(text: str | None) -> int:
    """The number a page gives to each tick it keeps; 0 from a page without scripts."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


class PlanForm(forms.Form):
    """What a client is asked, and every how many sessions."""

    EVERY = [("0", "not asked"), ("1", "each session"), ("2", "every 2nd session"), ("4", "every 4th session")]

    def __init__(self, *args: Any, asked: Mapping[str, int], refused: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in plannable():
            measure = wording.measure(name)
            moment = "after the session" if name == "alliance" else "before the session"
            self.fields[name] = forms.ChoiceField(
                label=f"{measure.title}, {moment}",
                choices=self.EVERY,
                initial=str(asked.get(name, 0)),
                disabled=name in refused and name not in asked,  # what is planned can be taken out
                help_text=refused.get(name, ""),
            )

    def wanted(self) -> dict[str, tuple[str, int]]:
        chosen = {name: int(every) for name, every in self.cleaned_data.items() if every != "0"}
        return {name: ("after" if name == "alliance" else "before", every) for name, every in chosen.items()}


def plannable() -> list[str]:
    """Measures that can be asked on a screen: those whose words we have."""
    known = [wording.measure(name) for name in measures.names()]
    return ["alliance", *(one.id for one in known if one.has_text and one.id != "alliance")]


class FileForm(forms.Form):
    """A table of a therapist's own clients, and the map that says what its columns mean."""

    table = forms.FileField(label="Table", help_text="CSV, up to 5 MB. It is read here and shown to you first.")
    map = forms.CharField(
        label="Map",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"spellcheck": "false"}),
        help_text="Only if your columns have other names than Accord's.",
    )

    def clean_table(self) -> Any:
        file = self.cleaned_data["table"]
        if not file.name.lower().endswith((".csv", ".tsv", ".txt")):
            raise forms.ValidationError(f"‘{file.name}’ is not a CSV file. Save your table as CSV and choose that.")
        if file.size > LARGEST:
            raise forms.ValidationError(f"this file has {file.size / 2**20:.1f} MB; up to 5 MB can be brought in here")
        return file
