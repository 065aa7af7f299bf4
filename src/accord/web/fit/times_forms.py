"""Free times as they come from a page."""

from datetime import date, time, timedelta
from typing import Any

from django import forms

from accord.fit.needs import DAYS
from accord.web.fit.models.times import BOTH, KINDS
from accord.web.fit.seek_forms import DAY_NAMES

WEEKDAYS = [(place, DAY_NAMES[name]) for place, name in enumerate(DAYS)]
FAR = timedelta(days=366)


def _clock(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time", "step": 900}),
        error_messages={"required": "write a time such as 18:00", "invalid": "write a time such as 18:00"},
    )


class _Window(forms.Form):
    """From one time to another, on the quarter of an hour."""

    begins = _clock("From")
    ends = _clock("To")
    kinds = forms.ChoiceField(label="For", choices=KINDS, initial=BOTH)

    def _quarter(self, name: str) -> time:
        at: time = self.cleaned_data[name]
        if at.minute % 15 or at.second:
            raise forms.ValidationError(f"got {at:%H:%M}; write a quarter of an hour, such as {at:%H}:15")
        return at

    def clean_begins(self) -> time:
        return self._quarter("begins")

    def clean_ends(self) -> time:
        return self._quarter("ends")

    def clean(self) -> dict[str, Any]:
        begins, ends = self.cleaned_data.get("begins"), self.cleaned_data.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", f"got {begins:%H:%M} to {ends:%H:%M}; the end comes after the beginning")
        return self.cleaned_data


class WeeklyForm(_Window):
    weekday = forms.TypedChoiceField(label="Every", choices=WEEKDAYS, coerce=int)
    field_order = ("weekday", "begins", "ends", "kinds")


def _day(label: str, hint: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "choose a day", "invalid": "write the day as 2027-03-24"},
    )


class _Days(forms.Form):
    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def _to_come(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day and not self.today <= day <= self.today + FAR:
            raise forms.ValidationError(f"got {day.isoformat()}; choose a day from today on, within a year")
        return day


class ExtraForm(_Days, _Window):
    day = _day("On")
    field_order = ("day", "begins", "ends", "kinds")

    def clean_day(self) -> date | None:
        return self._to_come("day")


class ClosedForm(_Days):
    first = _day("Nothing from")
    last = _day("To", "Leave it empty for a single day.", required=False)

    def clean_first(self) -> date | None:
        return self._to_come("first")

    def clean_last(self) -> date | None:
        return self._to_come("last")

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and not 0 <= (last - first).days <= 30:
            self.add_error("last", f"got {first.isoformat()} to {last.isoformat()}; choose 1 to 31 days in a row")
        return self.cleaned_data


class RulesForm(forms.Form):
    """What a practice settles about requests."""

    reply_days = forms.IntegerField(
        label="Days a request may wait",
        min_value=1,
        max_value=14,
        help_text="After so many days without an answer, whoever asked is told, and somebody else is suggested.",
        error_messages={"required": "write a number of days, 1 to 14"},
    )
    assigns = forms.BooleanField(
        label="The practice keeps a waiting list, and finds somebody for those on it",
        required=False,
        help_text="Whoever looks can then press ‘Let the practice find someone for you’. "
        "You work out who could go to whom; both of them still say yes or no.",
    )
