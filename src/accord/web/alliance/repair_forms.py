"""A talk about a strain, and laying a signal aside, as they come from a page: a few taps each."""

from datetime import date, timedelta
from typing import Any

from django import forms

from accord.alliance import SHOWED

ABOUT = [
    ("understood", "feeling heard or understood"),
    ("pace", "the pace, or too much at once"),
    ("goals", "what we are working towards"),
    ("way", "how we work, or a task between sessions"),
    ("said", "something I said or did"),
    ("trust", "trust, or whether it helps"),
    ("frame", "times, fees, coming late, cancelling"),
    ("else", "something else"),
]
TRIED = [
    ("listened", "asked, and listened without explaining"),
    ("part", "named my own part in it"),
    ("sorry", "said sorry"),
    ("explained", "explained again why we do what we do"),
    ("changed", "changed what we do, or how fast"),
    ("goals", "looked at the goals again"),
    ("later", "agreed to come back to it"),
]
WHY = [
    ("talked", "we have talked about it already"),
    ("life", "something outside of therapy explains it"),
    ("slip", "a slip in filling in the form"),
    ("known", "expected: we had agreed on something hard"),
    ("other", "something else"),
]


class Ticks(forms.MultipleChoiceField):
    """A few ticks, one below the other."""

    widget = forms.CheckboxSelectMultiple


class TalkForm(forms.Form):
    """When, what it was about, how it showed, what was tried."""

    talked_on = forms.DateField(
        label="When you talked",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "choose the day on which you talked", "invalid": "write the day as 2027-03-24"},
    )
    about = Ticks(label="What it was about", choices=ABOUT, required=False)
    showed = forms.ChoiceField(
        label="How it showed", choices=list(SHOWED.items()), widget=forms.RadioSelect, initial="unsure"
    )
    tried = Ticks(label="What you tried", choices=TRIED, required=False)
    note = forms.CharField(
        label="In a line",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For you and whoever looks after this course. No process notes, please: they do not belong here.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **{"initial": {"talked_on": today, "showed": "unsure"}, **kwargs})

    def clean_talked_on(self) -> date:
        day: date = self.cleaned_data["talked_on"]
        if day > self.today:
            raise forms.ValidationError(f"{day.isoformat()} has not come yet; choose the day on which you talked")
        if day < self.today - timedelta(days=370):
            raise forms.ValidationError(f"{day.isoformat()} is more than a year ago; choose a later day")
        return day


class LayAsideForm(forms.Form):
    """Why a signal is laid aside."""

    why = forms.ChoiceField(
        label="Why", choices=WHY, widget=forms.RadioSelect, error_messages={"required": "choose one of the reasons"}
    )
    note = forms.CharField(label="In a line", required=False, max_length=300)


def said(choices: list[tuple[str, str]], keys: list[str]) -> list[str]:
    """What was ticked, in words, in the order of the form."""
    return [words for key, words in choices if key in keys]
