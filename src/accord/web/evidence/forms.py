"""What a manager asks for, why a release is hidden, and a client's word, as they come from a page."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accord.outcome.withheld import in_words
from accord.web.alliance.repair_forms import Ticks
from accord.web.evidence.contents import Wanted
from accord.web.evidence.models import EVALUATION, RESEARCH

PURPOSES = [
    (EVALUATION, "Service evaluation: how care went here, so that it can be made better. All clients"),
    (RESEARCH, "Research: only clients who said yes to it. It needs whatever approval your rules ask for"),
]
SHOWN_TO = [
    ("therapist", "The therapists of the practice"),
    ("researcher", "The researchers of the practice"),
    ("client", "Clients, in words alone, as ‘What your practice learned’"),
]


class ReleaseForm(forms.Form):
    """A new release: of which quarters, for what, for whom."""

    title = forms.CharField(
        label="Title",
        max_length=120,
        required=False,
        help_text="Left empty, it is ‘How therapy went’ with the quarters. No names of people, please.",
    )
    purpose = forms.ChoiceField(
        label="What it is for",
        choices=PURPOSES,
        widget=forms.RadioSelect,
        initial=EVALUATION,
        error_messages={"required": "choose what it is for"},
    )
    first = forms.TypedChoiceField(label="From", coerce=int)
    last = forms.TypedChoiceField(label="To", coerce=int)
    shown_to = Ticks(
        label="Who sees it, beside the practice’s managers",
        choices=SHOWN_TO,
        required=False,
        help_text="Fixed once it is frozen. You can take a release out of sight later.",
    )

    def __init__(self, *args: Any, quarters: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, starts in (("first", quarters[0]), ("last", quarters[-1])):
            choices: Any = [(str(one), in_words(one, one)) for one in quarters]
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].initial = str(starts)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "first" in given and "last" in given and given["first"] > given["last"]:
            self.add_error("last", "ends before it begins; choose a later quarter, or an earlier one to begin with")
        return given

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        title = given["title"].strip() or f"How therapy went, {in_words(given['first'], given['last'])}"
        return Wanted(title, given["purpose"], given["first"], given["last"], tuple(given["shown_to"]))


class HideForm(forms.Form):
    """Why a release is taken out of sight."""

    why = forms.CharField(
        label="Why",
        max_length=300,
        help_text="In a line. The practice’s managers read it.",
        error_messages={"required": "say in a line why it is taken out of sight"},
    )


class ConsentForm(forms.Form):
    """A client's yes or no. Nothing is ticked before they tick it."""

    yes = forms.ChoiceField(
        label="May this practice use my answers, without my name, in its research?",
        choices=[("yes", "Yes, my answers may be used"), ("no", "No, do not use them in research")],
        widget=forms.RadioSelect,
        error_messages={"required": "choose yes or no; until you do, it is no", "invalid_choice": "choose yes or no"},
    )
