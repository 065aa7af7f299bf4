"""What therapists state of themselves, and a manager's look at a licence, checked."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html

from accord.fit import AXES, FORMATS, SLOTS, Axis, methods
from accord.web.fit.actions import Offered
from accord.web.fit.models import Credential, Offer

MOST_WORDS, LONGEST_WORD = 20, 60
MOST_PLACES = 99
NOT_SAID = ""
HOW_MUCH = {3: "Very much", 2: "Clearly", 1: "A little more"}
DAYS = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday"}
DAYS |= {"sat": "Saturday", "sun": "Sunday"}
PARTS = ("morning", "afternoon", "evening")
UNKNOWN = "‘%(value)s’ is not on the list; choose from what is there."
ONE_A_COMMA = "Separate them with commas."


class Words(forms.CharField):
    """Several words with commas between them: trimmed, each once, in the order they were written."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        super().run_validators(text)
        parts = [" ".join(part.split()) for part in text.split(",")]
        found: dict[str, str] = {}
        for part in parts:
            found.setdefault(part.casefold(), part)
        return [part for part in found.values() if part]

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_WORDS:
            raise forms.ValidationError(f"{len(value)} are too many; keep the {MOST_WORDS} that matter most.")
        if long := [each for each in value if len(each) > LONGEST_WORD]:
            raise forms.ValidationError(f"‘{long[0][:30]}…’ is too long; put a comma between one and the next.")

    def run_validators(self, value: Any) -> None:
        """Those of a text do not fit a list; they ran while it was one."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class Ticks(forms.MultipleChoiceField):
    """Some of a list, ticked."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, error_messages={"invalid_choice": UNKNOWN}, **kwargs)


class OfferForm(forms.Form):
    """How a therapist works and for whom. Nothing is required; what is left out is simply not said."""

    methods = Ticks(
        label="Trained in",
        help_text="Only what you were trained in. Each stands on your page with these words.",
        choices=[(one.id, format_html("<b>{}</b>: {}", one.name, one.plain)) for one in methods().values()],
    )
    extras = Words(
        label="Anything else you offer",
        required=False,
        help_text=f"For example: step-free access, couples, sign language. {ONE_A_COMMA}",
    )
    formats = Ticks(label="Ways of meeting", choices=[(each, each) for each in FORMATS])
    times = Ticks(label="Usual times", choices=[(each, each) for each in SLOTS])
    languages = Words(
        label="Languages you work in", required=False, help_text=f"For example: English, Spanish. {ONE_A_COMMA}"
    )
    gender = forms.CharField(
        label="Your gender, as you say it",
        max_length=40,
        required=False,
        help_text="For example: woman, man, non-binary. Some people can only talk to one; you need not say.",
    )
    fee = forms.DecimalField(
        label="Fee for a session",
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        help_text="The lowest you take, as a plain number such as 120 or 85.50; 0 where it is free.",
        error_messages={"min_value": "a fee is 0 or more; write the lowest you take"},
    )
    insurers = Words(label="Insurers you take", required=False, help_text=ONE_A_COMMA)
    places = forms.IntegerField(
        label="Room for how many new clients",
        min_value=0,
        max_value=MOST_PLACES,
        help_text="With 0 nobody new finds you. Your page says ‘has room’ by this number.",
        error_messages={"min_value": "write 0 where you have no room"},
    )
    free_from = forms.DateField(
        label="First day somebody new can begin",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Leave it empty if they can begin at once.",
        error_messages={"invalid": "this is not a day; write it such as 2030-05-31"},
    )
    latitude = forms.FloatField(label="Latitude", required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label="Longitude", required=False, min_value=-180, max_value=180)
    rings = forms.ChoiceField(label="For a first call", choices=Offer.RINGS, error_messages={"invalid_choice": UNKNOWN})
    call_cost = forms.CharField(
        label="What the first call costs",
        max_length=80,
        required=False,
        help_text="For example: free, 15 minutes.",
    )

    call_minutes = forms.IntegerField(
        label="How long a first call is",
        required=False,
        min_value=10,
        max_value=60,
        help_text="In minutes; 15 where you leave it empty.",
    )
    reach = forms.CharField(
        label="The number or link for a first call",
        max_length=200,
        required=False,
        help_text="Stored encrypted, and told only to those with whom you have agreed on a call.",
    )
    consultation_minutes = forms.IntegerField(
        label="How long a consultation is",
        required=False,
        min_value=10,
        max_value=120,
        help_text="In minutes; 50 where you leave it empty.",
    )
    consultation_cost = forms.CharField(label="What a consultation costs", max_length=80, required=False)
    consultation_place = forms.CharField(
        label="Where a consultation takes place",
        max_length=200,
        required=False,
        help_text="An address or a link. Told only to those with whom you have agreed on one.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for axis in AXES:
            self.fields[axis.id] = forms.TypedChoiceField(
                label=f"{axis.does_low}, or {axis.does_high}".capitalize(),
                required=False,
                choices=list(_steps(axis)),
                coerce=int,
                empty_value=None,
                error_messages={"invalid_choice": UNKNOWN},
            )

    def clean_free_from(self) -> date | None:
        day: date | None = self.cleaned_data["free_from"]
        if day and day < self.today:
            raise forms.ValidationError(
                f"{day.isoformat()} has passed; write a day to come, or leave it empty for ‘at once’"
            )
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for one, other in (("latitude", "longitude"), ("longitude", "latitude")):
            named = {one, other} & self.errors.keys()
            if not named and data.get(one) is None and data.get(other) is not None:
                self.add_error(one, f"a place has both; write the {one} too, or empty the {other}")
        return data

    def offered(self) -> Offered:
        usual = {"call_minutes": Offered.call_minutes, "consultation_minutes": Offered.consultation_minutes}
        said = {name: value for name, value in self.cleaned_data.items() if value is not None or name not in usual}
        return Offered(**said)

    @staticmethod
    def filled_from(one: Offer | None, today: date) -> dict[str, Any]:
        """What was saved; a first day that has passed meanwhile means at once by now."""
        if one is None:
            return {"places": 0, "rings": "therapist", "call_minutes": 15, "consultation_minutes": 50}
        saved: dict[str, Any] = {name: getattr(one, name) for name in Offered.__dataclass_fields__}
        late = one.free_from is not None and one.free_from < today
        return {**saved, "free_from": None if late else one.free_from}

    def style_fields(self) -> list[Any]:
        return [self[axis.id] for axis in AXES]

    def week(self) -> list[tuple[str, list[tuple[str, str, str, bool]]]]:
        """Day by day: id, value, what it is called, and whether it is ticked."""
        ticked = self["times"].value() or []
        rows: dict[str, list[tuple[str, str, str, bool]]] = {name: [] for name in DAYS.values()}
        for place, slot in enumerate(SLOTS):
            day, part = slot.split()
            rows[DAYS[day]].append((f"id_times_{place}", slot, f"{DAYS[day]} {part}", slot in ticked))
        return list(rows.items())

    def problems(self) -> dict[str, str]:
        """Place on the page -> what to do there. A group of ticks has no place of its own, but its first tick has."""
        places = {name: self[name].id_for_label or f"{self[name].auto_id}_0" for name in self.errors}
        return {places[name]: f"{self[name].label}: {errors[0]}" for name, errors in self.errors.items()}


def _steps(axis: Axis) -> Iterator[tuple[str, str]]:
    """Rather not say, and seven steps from one end to the other, in the words a card uses."""
    yield NOT_SAID, "Rather not say"
    for value in range(-3, 4):
        yield str(value), f"{HOW_MUCH[abs(value)]}: {axis.does(value)}" if value else "In the middle, or it depends"


class LicenceForm(forms.Form):
    """A licence as it stands on its paper."""

    title = forms.CharField(
        label="Licence", max_length=120, help_text="As it is called, for example: Licensed clinical psychologist."
    )
    region = forms.CharField(
        label="Where you are licensed",
        max_length=80,
        help_text="The state, land or country, in full. For more than one, state each by itself.",
    )
    number = forms.CharField(
        label="Number",
        max_length=60,
        help_text="Stored encrypted. Only you and your practice’s managers can read it; it is on no public page.",
    )
    until = forms.DateField(
        label="Valid until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Its last day.",
        error_messages={"invalid": "this is not a day; write it such as 2030-05-31"},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until < self.today:
            raise forms.ValidationError(f"{until.isoformat()} is over; state the licence that holds now")
        return until

    @staticmethod
    def filled_from(one: Credential | None) -> dict[str, Any]:
        """A renewal begins with what stays; its last day is new."""
        return {name: getattr(one, name) for name in ("title", "region", "number")} if one else {}


class AcceptForm(forms.Form):
    looked = forms.BooleanField(
        label="I looked it up with the board that issued it, or saw the paper: name, number, place and last day agree",
        error_messages={"required": "look first, then tick this: your name stands beside it"},
    )


class RefuseForm(forms.Form):
    why = forms.CharField(
        label="Why it is not accepted",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Its therapist reads this: say what they can do about it.",
        error_messages={"required": "say why: the therapist reads it, and can only mend what they know"},
    )
