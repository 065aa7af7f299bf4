"""Asking for a call, another time, and how it was to meet, as they come from a page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django import forms

from accord.fit.impressions import ENDS, HIGH, LOW, SEEKER, THERAPIST, Question
from accord.web.design.environment import day
from accord.web.fit.actions import Who
from accord.web.fit.models import Meeting, Offer
from accord.web.fit.queries import times

ANY, SOON = "", timedelta(days=92)
TWELVE = {hour: f"{hour % 12 or 12}:{{:02}} {'am' if hour < 12 else 'pm'}" for hour in range(24)}
Groups = list[tuple[str, Any]]


def zone_of(name: str | None, otherwise: ZoneInfo) -> ZoneInfo:
    """The clock that somebody named, if there is such a one."""
    return ZoneInfo(name) if name in available_timezones() else otherwise


def zones() -> list[tuple[str, str]]:
    """Places of the world by name; without what is there for old machines only."""
    named = sorted(one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "SystemV/")))
    return [(one, one.replace("_", " ")) for one in named]


def in_words(at: datetime) -> str:
    """'7:30 pm', by the clock that it carries."""
    return TWELVE[at.hour].format(at.minute)


def grouped(moments: Sequence[datetime], zone: ZoneInfo, first: Groups) -> Groups:
    """Day by day, as they are for whoever reads them; `first` is what stands before all of them."""
    days = times.by_day(moments, zone)
    return [*first, *((day(head.astimezone(zone).date()), _of_day(them, zone)) for head, them in days)]


def _of_day(moments: Sequence[datetime], zone: ZoneInfo) -> list[tuple[str, str]]:
    """Each names its day as well: a closed list shows one line."""
    there = [(at.astimezone(UTC).isoformat(), at.astimezone(zone)) for at in moments]
    named = [(key, f"{at:%a} {at.day} {at:%b}, {in_words(at)}", at) for key, at in there]
    # When the clocks are put back an hour comes twice: then each says which one it is.
    twice = {label for label, count in Counter(label for _, label, _ in named).items() if count > 1}
    return [(key, f"{label} ({at:%Z})" if label in twice else label) for key, label, at in named]


class Moment(forms.ChoiceField):
    """One of the free times; what came from an older page and is gone by now says so."""

    def __init__(self, **kwargs: Any) -> None:
        gone = "that time has just been taken; pick another one"
        super().__init__(error_messages={"invalid_choice": gone, "required": "pick a time"}, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        return datetime.fromisoformat(text) if text else None


class AskForm(forms.Form):
    """Who asks, whom, and at which times."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="As you would like to be called.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "write a name by which they can greet you; a first name will do"},
    )
    email = forms.EmailField(
        label="Your e-mail",
        help_text="For the confirmation and for answers. Therapists do not see it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "write an address: answers come by e-mail"},
    )
    phone = forms.CharField(
        label="Your phone number",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    words = forms.CharField(
        label="Something they should know before",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everyone you ask here reads this. Nothing else you answered is shown to them.",
    )

    def __init__(self, *args: Any, asked: Mapping[Offer, Sequence[datetime]], zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.zone = list(asked), zone
        for offer, moments in asked.items():
            none = "They propose one" if moments else "They have named no free times: they propose one"
            self.fields[f"time_{offer.pk}"] = Moment(
                label=f"A time with {offer.member.name}",
                required=False,
                choices=grouped(moments, zone, [(ANY, none)]),
            )
        self.ringing = [offer.member.name for offer in asked if offer.rings == "therapist"]
        if self.ringing:
            self.fields["phone"].required = True
            self.fields["phone"].error_messages["required"] = "write a number: they ring you"
            self.fields["phone"].help_text = f"{' and '.join(self.ringing)} will ring you on it, and see it."
        else:
            self.fields["phone"].help_text = "If they should be able to reach you on the day."

    def time_fields(self) -> list[tuple[Offer, Any]]:
        return [(offer, self[f"time_{offer.pk}"]) for offer in self.asked]

    def clean(self) -> dict[str, Any]:
        """No two at once: one could only be in one of them."""
        seen: dict[datetime, str] = {}
        for offer in self.asked:
            at = self.cleaned_data.get(f"time_{offer.pk}")
            if at and at in seen:
                self.add_error(f"time_{offer.pk}", f"you meet {seen[at]} then; pick another time")
            elif at:
                seen[at] = offer.member.name
        return self.cleaned_data

    def who(self) -> Who:
        clean = self.cleaned_data
        return Who(clean["name"], clean["email"], self.zone.key, clean["phone"])

    def wanted(self) -> dict[UUID, datetime | None]:
        return {offer.pk: self.cleaned_data[f"time_{offer.pk}"] for offer in self.asked}


class PickForm(forms.Form):
    """One of the free times of one therapist."""

    at = Moment(label="Pick a time")

    def __init__(self, *args: Any, moments: Sequence[datetime], zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = grouped(moments, zone, [(ANY, "Choose one")])
        self.fields["at"].choices = choices  # type: ignore[attr-defined]


class ConsultationForm(PickForm):
    """A consultation after the call: a time, or one that the therapist proposes."""

    at = Moment(label="A time", required=False)

    def __init__(self, *args: Any, moments: Sequence[datetime], zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, moments=moments, zone=zone, **kwargs)
        choices = grouped(moments, zone, [(ANY, "They propose one")])
        self.fields["at"].choices = choices  # type: ignore[attr-defined]


class WayBackForm(forms.Form):
    email = forms.EmailField(
        label="The e-mail you gave when you asked for a call",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class RatingForm(forms.Form):
    """Items from 0 to 5, each of which may be left out."""

    items: Sequence[Question] = SEEKER

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in self.items:
            self.fields[item.id] = forms.TypedChoiceField(
                label=item.text,
                choices=[(value, str(value)) for value in range(LOW, HIGH + 1)],
                coerce=int,
                required=False,
                empty_value=None,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "choose one of the numbers from 0 to 5"},
            )

    ends = ENDS

    def clean(self) -> dict[str, Any]:
        if not self.errors and all(self.cleaned_data.get(item.id) is None for item in self.items):
            raise forms.ValidationError("tick at least one; the others may stay empty")
        return self.cleaned_data

    def answers(self) -> dict[str, int | None]:
        return {item.id: self.cleaned_data[item.id] for item in self.items}


class OwnSideForm(RatingForm):
    items = THERAPIST


class ProposeForm(forms.Form):
    """A therapist's other time, on their practice's clock."""

    day = forms.DateField(
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "choose a day", "invalid": "write the day as 2027-03-24"},
    )
    at = forms.TimeField(
        label="Time",
        widget=forms.TimeInput(attrs={"type": "time", "step": 900}),
        help_text="On the quarter of an hour, by your practice’s clock.",
        error_messages={"required": "choose a time", "invalid": "write the time as 14:30"},
    )
    words = forms.CharField(
        label="A line to go with it",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        first = self.now.date() - timedelta(days=1)  # wherever they are, today may be that day still
        if not first <= day <= first + SOON:
            raise forms.ValidationError(f"got {day.isoformat()}; choose a day from today on, within three months")
        return day

    def clean_at(self) -> time:
        at: time = self.cleaned_data["at"]
        if at.minute % 15 or at.second:
            raise forms.ValidationError(f"got {at:%H:%M}; write a quarter of an hour, such as {at:%H}:15")
        return at

    def clean(self) -> dict[str, Any]:
        if {"day", "at"} <= self.cleaned_data.keys():
            clock = datetime.combine(self.cleaned_data["day"], self.cleaned_data["at"])
            moment = clock.replace(tzinfo=self.zone).astimezone(UTC)
            if moment.astimezone(self.zone).replace(tzinfo=None) != clock:
                self.add_error("at", "the clocks are put forward then, so that time does not exist; choose another")
            elif moment <= self.now:
                self.add_error("day", "that is over; choose a time to come")
            self.cleaned_data["starts_at"] = moment
        return self.cleaned_data


class DeclineForm(forms.Form):
    """A kind no."""

    words = forms.CharField(
        label="What you would like to tell them",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="They read this. A reason that is not about them makes a no easier to hear.",
        error_messages={"required": "write a line: a no without words is hard to read"},
    )
    refer_to = forms.ChoiceField(label="Somebody they could turn to", required=False)

    def __init__(self, *args: Any, colleagues: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(one.pk): one for one in colleagues}
        named = [(key, one.name) for key, one in self.colleagues.items()]
        self.fields["refer_to"].choices = [("", "Nobody in particular"), *named]  # type: ignore[attr-defined]
        if not named:
            del self.fields["refer_to"]

    def clean_refer_to(self) -> Any:
        return self.colleagues.get(self.cleaned_data["refer_to"])


DECLINE_WORDS = {
    "asked": (
        "Thank you for writing to me. I am not the right person for this just now, and I would rather say so at once. "
        "I wish you somebody who is."
    ),
    Meeting.CALL: (
        "Thank you for our talk. I do not think I am the person who can help you best with this, and you deserve "
        "somebody who is. It has nothing to do with how you told it."
    ),
}
"""What a no could say, to begin with."""
