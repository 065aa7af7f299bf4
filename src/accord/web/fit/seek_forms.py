"""The pages of a search as forms: what comes from a page becomes answers, and answers fill the page again."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms

from accord.fit import AXES, FORMATS, SLOTS, Axis, concerns
from accord.fit.asking import several
from accord.fit.needs import DAYS, folded
from accord.web.design.environment import sentence
from accord.web.fit.queries import Here

ELSEWHERE = "elsewhere"
MOST_FEE = 1_000_000
STRENGTHS = {1: "I would slightly prefer", 2: "I want", 3: "I very much want"}
FORMAT_WORDS = {"in person": "in person", "video": "by video", "phone": "by phone", "text": "by text messages"}
DAY_NAMES = dict(zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))
Choices = list[tuple[Any, str]]


def words_of(text: str) -> list[str]:
    """What somebody wrote with commas or lines between, each once."""
    return list(several(re.split(r"[,;\n]", text)))


def slot_name(slot: str) -> str:
    """'Monday morning'."""
    day, part = slot.split()
    return f"{DAY_NAMES[day]} {part}"


def _ticks(label: str, choices: Choices, hint: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=hint
    )


def _line(label: str, hint: str = "", most: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _lines(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=2000, help_text=hint, widget=forms.Textarea(attrs={"rows": 4})
    )


class Question(forms.Form):
    """One page of a search."""

    page: ClassVar[str]
    title: ClassVar[str]
    why: ClassVar[str]

    def __init__(self, data: Any, given: Mapping[str, Any], here: Here) -> None:
        super().__init__(data)
        self.here = here
        self.prepare(here)
        self.initial = self.filled(given)

    def prepare(self, here: Here) -> None:
        """Offer the words that therapists here use."""

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What was answered before, as the fields show it."""
        return {name: given[name] for name in self.fields if name in given}

    def answers(self) -> dict[str, Any]:
        """What was answered, in the words of `accord.fit.Needs`."""
        return dict(self.cleaned_data)

    def _offer_ticks(self, name: str, words: Sequence[str]) -> None:
        """A list to tick; where no therapist here has said anything, there is nothing to tick."""
        if words:
            self.fields[name].choices = [(word, word) for word in words]  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def _ticked_and_written(self, ticks: str, written: str) -> list[str]:
        return list(several([*self.cleaned_data.get(ticks, ()), *words_of(self.cleaned_data[written])]))


def _parted(words: Iterable[str], known: Sequence[str]) -> tuple[list[str], str]:
    """What of the words can be ticked, as it is spelled on the page, and the rest as text."""
    spelled = {folded(word): word for word in known}
    kept = list(words)
    ticked = [spelled[folded(word)] for word in kept if folded(word) in spelled]
    return ticked, ", ".join(word for word in kept if folded(word) not in spelled)


def _concern_choices() -> Choices:
    return [(one.id, sentence(one.name)) for one in concerns().values()]


class WhatForm(Question):
    """One to three concerns, what matters most first."""

    page, title = "what", "What brings you?"
    why = "A therapist has to be trained in something that has helped people with what matters most to you."

    first = forms.ChoiceField(
        label="What matters most",
        choices=_concern_choices,
        widget=forms.RadioSelect,
        error_messages={"required": "choose the one that is nearest; ‘I am not sure what is wrong’ is an answer too"},
    )
    second = forms.ChoiceField(
        label="Something else", required=False, choices=lambda: [("", "Nothing else"), *_concern_choices()]
    )
    third = forms.ChoiceField(
        label="And a third", required=False, choices=lambda: [("", "Nothing else"), *_concern_choices()]
    )

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return dict(zip(("first", "second", "third"), given.get("concerns", ()), strict=False))

    def clean(self) -> dict[str, Any]:
        seen: set[str] = set()
        for name in ("first", "second", "third"):
            value = self.cleaned_data.get(name)
            if value and value in seen:
                words = sentence(concerns()[value].name)
                self.add_error(name, f"‘{words}’ is chosen twice; choose something else here, or ‘Nothing else’")
            seen.add(value or "")
        return self.cleaned_data

    def answers(self) -> dict[str, Any]:
        named = (self.cleaned_data[name] for name in ("first", "second", "third"))
        return {"concerns": [each for each in named if each]}


class WhereForm(Question):
    """The region that a licence must be for."""

    page, title = "where", "Where will you be during sessions?"
    why = "A therapist must be licensed for the place where you are while you talk, by video and phone too."

    region = forms.ChoiceField(
        label="I will be in",
        widget=forms.RadioSelect,
        error_messages={"required": "choose a place from the list, or ‘Somewhere else’"},
    )
    elsewhere = _line("If somewhere else: which state, region or country?", most=80)

    def prepare(self, here: Here) -> None:
        places = [(place, place) for place in here.regions]
        self.fields["region"].choices = [*places, (ELSEWHERE, "Somewhere else")]  # type: ignore[attr-defined]

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if not (region := given.get("region")):
            return {}
        ticked, other = _parted([region], self.here.regions)
        return {"region": ticked[0]} if ticked else {"region": ELSEWHERE, "elsewhere": other}

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("region") == ELSEWHERE and not self.cleaned_data.get("elsewhere"):
            self.add_error("elsewhere", "write the state, region or country where you will be")
        return self.cleaned_data

    def answers(self) -> dict[str, Any]:
        chosen = self.cleaned_data["region"]
        return {"region": self.cleaned_data["elsewhere"] if chosen == ELSEWHERE else chosen}


class HowForm(Question):
    """Languages and ways of meeting; nothing ticked is no limit."""

    page, title = "how", "How would you talk?"
    why = "Tick all that would do. Where you tick nothing, anything will do."

    languages = _ticks("Languages", [])
    other_languages = _line("Another language", "With a comma between, if there are several.")
    formats = _ticks("Ways of meeting", [(one, sentence(FORMAT_WORDS[one])) for one in FORMATS])

    def prepare(self, here: Here) -> None:
        self._offer_ticks("languages", here.languages)

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        ticked, other = _parted(given.get("languages", ()), self.here.languages)
        return {"languages": ticked, "other_languages": other, "formats": given.get("formats", ())}

    def answers(self) -> dict[str, Any]:
        languages = self._ticked_and_written("languages", "other_languages")
        return {"languages": languages, "formats": self.cleaned_data["formats"]}


class MustsForm(Question):
    """Limits of money, time and anything else; all of it optional."""

    page, title = "musts", "Is there anything that must be so?"
    why = "Only what you cannot do without. Each limit leaves fewer people to choose from."

    fee = _line("A session may cost at most", "A number, in the money of the place where you will be.", most=20)
    insurer = _line("My insurance, if it should pay")
    times = _ticks(
        "Times when I can come", [(slot, slot_name(slot)) for slot in SLOTS], "Tick none if any time will do."
    )
    genders = _ticks("The therapist is", [], "In their own words. Tick none if it does not matter.")
    musts = _ticks("It must have", [])
    other_musts = _line("Something else I cannot do without", "With a comma between, if there are several things.")

    def prepare(self, here: Here) -> None:
        self._offer_ticks("genders", here.genders)
        self._offer_ticks("musts", here.extras)
        if here.insurers:
            self.fields["insurer"].help_text = f"Therapists here take: {', '.join(here.insurers)}."
            self.fields["insurer"].widget.attrs["list"] = "insurers"
        else:
            self.fields["insurer"].help_text = "No therapist here has named one yet."

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        genders, _ = _parted(given.get("genders", ()), self.here.genders)
        musts, other = _parted(given.get("musts", ()), self.here.extras)
        fee = "" if given.get("fee") is None else f"{given['fee']:.2f}".removesuffix(".00")
        return {**super().filled(given), "fee": fee, "genders": genders, "musts": musts, "other_musts": other}

    def clean_fee(self) -> float | None:
        text = self.cleaned_data["fee"].strip()
        try:
            found = Decimal(text) if text else None
        except InvalidOperation:
            found = Decimal("NaN")
        if found is not None and not (found.is_finite() and 0 <= found <= MOST_FEE):
            raise forms.ValidationError(f"got ‘{text}’; write a number such as 90 or 90.50, or leave it empty")
        return None if found is None else float(round(found, 2))

    def answers(self) -> dict[str, Any]:
        musts = self._ticked_and_written("musts", "other_musts")
        plain = {name: self.cleaned_data.get(name) or [] for name in ("times", "genders")}
        return {"fee": self.cleaned_data["fee"], "insurer": self.cleaned_data["insurer"], **plain, "musts": musts}


class StyleForm(Question):
    """The four axes, each as seven choices in words."""

    page, title = "style", "How would you like to work together?"
    why = (
        "A clear wish (‘I want’) moves people who work that way up the list; it keeps nobody out. "
        "A slight one is yours to remember for the first talk."
    )

    def prepare(self, here: Here) -> None:
        for axis in AXES:
            self.fields[axis.id] = forms.TypedChoiceField(
                label=axis.question, choices=leanings(axis), coerce=int, widget=forms.RadioSelect, required=False,
                empty_value=0,  # type: ignore[arg-type]
            )  # fmt: skip

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {axis.id: given.get(axis.id, 0) for axis in AXES}


def leanings(axis: Axis) -> Choices:
    """-3 to 3 in words."""
    low = [(-strength, f"{words} {axis.low}") for strength, words in reversed(STRENGTHS.items())]
    return [*low, (0, "Either is fine"), *((strength, f"{words} {axis.high}") for strength, words in STRENGTHS.items())]


class WordsForm(Question):
    """Wishes, and their own words."""

    page, title = "words", "In your own words"
    why = "All of it is optional. Write as little or as much as you like."

    wishes = _ticks("It would be nice to have", [], "A wish keeps nobody out.")
    other_wishes = _line("Something else I wish for", "With a comma between, if there are several things.")
    at_ease = _lines(
        "What would help you feel at ease with somebody?", "Compared with what therapists write of themselves."
    )
    helped = _lines("What helped in earlier therapy, if there was any?", "Compared in the same way.")
    hurt = _lines(
        "What hurt or went wrong there?",
        "Compared with nothing, and it changes nothing on your list: a therapist who writes of the same thing may be "
        "the very one who avoids it. It is kept with your search, so that you have it at hand for a first talk.",
    )

    def prepare(self, here: Here) -> None:
        self._offer_ticks("wishes", here.extras)

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        wishes, other = _parted(given.get("wishes", ()), self.here.extras)
        return {**super().filled(given), "wishes": wishes, "other_wishes": other}

    def answers(self) -> dict[str, Any]:
        texts = {name: self.cleaned_data[name].strip() for name in ("at_ease", "helped", "hurt")}
        return {"wishes": self._ticked_and_written("wishes", "other_wishes"), **texts}


QUESTIONS: Mapping[str, type[Question]] = {
    each.page: each for each in (WhatForm, WhereForm, HowForm, MustsForm, StyleForm, WordsForm)
}
