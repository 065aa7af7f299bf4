"""A switch, a problem-finder and a laying aside, as they come from a page."""

from typing import Any

from django import forms

from accord.outcome import DEFINITIONS
from accord.web.alliance.repair_forms import Ticks
from accord.web.outcome.actions import DOSE
from accord.web.outcome.finding import ANSWERS, AREAS, STEPS, WHY

SAID = {
    "therapist judgement": "their therapist ended the course as ‘stopped before the end’",
    "missed the last scheduled session": "they missed the last booked session and did not come back",
    "below the agreed dose": "the course ended after fewer sessions than agreed",
    "no reliable change": "the course ended and no measure changed for the better by more than its error",
}
READ = {"required": "tick that you have read it; nothing is switched on without that"}


class SwitchForm(forms.Form):
    """The expected course: that the text was read."""

    read = forms.BooleanField(
        label="I have read what it is and what it is not, and asked whether it may be used where we work",
        error_messages=READ,
    )


class LeavingForm(forms.Form):
    """Who may stop coming: the text, and what counts as having stopped."""

    definition = forms.ChoiceField(
        label="Somebody stopped coming when",
        choices=[(key, SAID[key]) for key in DEFINITIONS],
        widget=forms.RadioSelect,
        error_messages={"required": "choose what counts as having stopped"},
    )
    dose = forms.IntegerField(
        label="Sessions agreed on",
        min_value=2,
        max_value=100,
        required=False,
        help_text="For ‘fewer sessions than agreed’ alone.",
    )
    read = forms.BooleanField(
        label="I have read this. It is for reaching out alone, never for booking, fees or ending a course",
        error_messages=READ,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("definition") == DOSE and not given.get("dose") and "dose" not in self.errors:
            self.add_error("dose", "is empty; write how many sessions are agreed on, from 2 to 100")
        return given


class FinderForm(forms.Form):
    """A few questions in four areas, the steps that were chosen, and a line."""

    asked = forms.BooleanField(label="I asked my client these questions in the room", required=False)
    steps = Ticks(label="What we do next", choices=STEPS, required=False)
    note = forms.CharField(
        label="In a line, in your own words",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you decided. For you and whoever looks after this course. No process notes, please.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for area in AREAS:
            for key, text in area.questions:
                self.fields[f"{area.key}.{key}"] = forms.ChoiceField(
                    label=text, choices=ANSWERS, widget=forms.RadioSelect, required=False
                )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(value for name, value in given.items() if name != "asked") and not self.errors:
            raise forms.ValidationError(
                "nothing was ticked or written; answer one question, choose a step or write a line"
            )
        return given

    def decided(self) -> dict[str, Any]:
        """As the action takes it."""
        given = self.cleaned_data
        answers = {name: value for name, value in given.items() if "." in name and value}
        return {"answers": answers, **{name: given[name] for name in ("asked", "steps", "note")}}


class AsideForm(forms.Form):
    """Why it is laid aside."""

    why = forms.ChoiceField(
        label="Why", choices=WHY, widget=forms.RadioSelect, error_messages={"required": "choose one of the reasons"}
    )
    note = forms.CharField(label="In a line", required=False, max_length=300)
