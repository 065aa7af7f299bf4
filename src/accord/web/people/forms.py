"""People as they come from a page."""

from uuid import UUID, uuid4

from django import forms

ROLES = [
    ("therapist", "Therapist: sees the courses they lead"),
    ("manager", "Manager: sees totals, settles the safety plan"),
    ("deputy", "Deputy: sees every flag"),
    ("researcher", "Researcher: sees the codebook, never an answer"),
    ("operator", "Operator: keeps the service up, sees no content"),
]


class AddressForm(forms.Form):
    email = forms.EmailField(label="Your e-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class MemberForm(forms.Form):
    """A colleague."""

    name = forms.CharField(label="Name", max_length=120)
    email = forms.EmailField(label="E-mail", help_text="They get a link to choose a password.")
    roles = forms.MultipleChoiceField(label="Roles", choices=ROLES, widget=forms.CheckboxSelectMultiple)


class ProfileForm(forms.Form):
    """What a therapist shows of themself."""

    about = forms.CharField(
        label="About you and your work",
        widget=forms.Textarea,
        max_length=2000,
        required=False,
        help_text="What you are trained in, whom you work with, how a first meeting looks. No client’s words, please.",
    )
    published = forms.BooleanField(label="Show my page to everyone", required=False)
    has_room = forms.BooleanField(label="I have room for someone new", required=False)


def attempt_of(text: str | None) -> UUID:
    """The id under which one filled-in form is stored once; a fresh one where the page had none."""
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
