"""An ending, a leave and a handing over, as they come from a page."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from accord.web.alliance.models import Course, Ending
from accord.web.alliance.queries import MONTHS
from accord.web.people.models import Member

LONGEST = timedelta(days=366)


class EndForm(forms.Form):
    """How it ended, and what the two looked back on. Only how it ended has to be said."""

    how = forms.ChoiceField(
        label="How it ended",
        choices=Ending.HOW,
        widget=forms.RadioSelect,
        error_messages={"required": "choose one of the three"},
    )
    review = forms.CharField(
        label="Looked back on together",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What helped? What was hard? What to keep doing? What would be a sign to come back? "
        "Your client reads this on their own page.",
    )
    noted = forms.CharField(
        label="What they take with them, in their own words",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="As they say it. They can also write it themself, on their own page.",
    )
    follow_ups = forms.TypedMultipleChoiceField(
        label="Ask once more, some time later",
        required=False,
        coerce=int,
        choices=[(number, f"after {number} month{'s' if number > 1 else ''}") for number in MONTHS],
        widget=forms.CheckboxSelectMultiple,
        help_text="Only if your client agreed. They can stop it on their own page at any time.",
    )

    def __init__(self, *args: Any, can_ask: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_ask:
            del self.fields["follow_ups"]


class TakenForm(forms.Form):
    """What a client takes with them."""

    taken = forms.CharField(
        label="What I take with me", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    kept = forms.BooleanField(label="Keep this for me alone", required=False)


class ColleagueForm(forms.Form):
    """A form that names a colleague."""

    to = forms.ChoiceField(
        label="Colleague", error_messages=dict.fromkeys(("required", "invalid_choice"), "choose one")
    )

    def __init__(self, *args: Any, colleagues: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(one.pk): one for one in colleagues}
        self.names = [(key, one.name) for key, one in self.colleagues.items()]
        chooser: Any = self.fields["to"]
        chooser.choices = [("", "choose a colleague"), *self.names]

    def clean_to(self) -> Member:
        return self.colleagues[self.cleaned_data["to"]]


def _day(label: str, help_text: str = "") -> forms.DateField:
    said = {"required": "choose a day", "invalid": "write the day as 2027-03-24"}
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, help_text=help_text, error_messages=said)


class AwayForm(ColleagueForm):
    """A leave: who looks after whom, from which day until which."""

    since = _day("First day away")
    until = _day("Last day away")
    courses = forms.MultipleChoiceField(
        label="Whom they look after",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "tick at least one client", "invalid_choice": "tick clients of this list"},
    )

    def __init__(self, *args: Any, today: date, courses: Sequence[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.led = today, {str(one.pk): one for one in courses}
        chooser: Any = self.fields["courses"]
        chooser.choices = [(key, one.client.name) for key, one in self.led.items()]
        chooser.initial = list(self.led)

    def clean_courses(self) -> list[Course]:
        return [self.led[key] for key in self.cleaned_data["courses"]]

    def clean_since(self) -> date:
        return _not_past(self.cleaned_data["since"], self.today)

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        since = self.cleaned_data.get("since")
        if since and until < since:
            raise forms.ValidationError(f"{_said(until)} is before the first day, {_said(since)}; choose a later one")
        if until > self.today + LONGEST:
            raise forms.ValidationError(f"{_said(until)} is more than a year away; for so long, hand over for good")
        return until


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _not_past(day: date, today: date) -> date:
    if day < today:
        raise forms.ValidationError(f"{_said(day)} has passed; choose today, {_said(today)}, or a later day")
    return day


class HandOverForm(ColleagueForm):
    """One course, for good."""

    note = forms.CharField(
        label="A note for them",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What they should know for the first session. Only they see it; kept encrypted.",
    )


class LeavingForm(ColleagueForm):
    """All open courses: one colleague for everybody, and another one where that fits better."""

    last_day = _day("Your last day", "Today: it happens now. A later day: nothing changes until it is over.")

    def __init__(self, *args: Any, today: date, courses: Sequence[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.courses = today, courses
        self.fields["to"].label = "Colleague for everybody"
        for one in courses:
            self.fields[f"to-{one.pk}"] = forms.ChoiceField(
                label=f"{one.client.name} goes on with",
                required=False,
                choices=[("", "the same colleague"), *self.names],
            )

    def clean_last_day(self) -> date:
        day = _not_past(self.cleaned_data["last_day"], self.today)
        if day > self.today + LONGEST:
            raise forms.ValidationError(f"{_said(day)} is more than a year away; come back when it is nearer")
        return day

    def takers(self) -> list[tuple[Course, Member]]:
        chosen = ((one, self.cleaned_data[f"to-{one.pk}"]) for one in self.courses)
        return [(one, self.colleagues[key] if key else self.cleaned_data["to"]) for one, key in chosen]


class MemberLeavesForm(ColleagueForm):
    """Somebody's courses, all to one colleague; for somebody without any, a tick is enough."""

    sure = forms.BooleanField(
        label="They do not work here any more", error_messages={"required": "tick this if it is so"}
    )

    def __init__(self, *args: Any, needs_colleague: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].label = "Colleague who takes over"
        if not needs_colleague:
            del self.fields["to"]
