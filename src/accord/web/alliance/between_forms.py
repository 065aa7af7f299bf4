"""Outside input of the pages between sessions: a step, how it went, words to keep at hand, something to bring."""

from typing import Any

from django import forms

from accord.web.alliance.models import Brought, Step

NO_ALERT = "No one is alerted by what you write here."
SKIPPED = "skip"


class Agree(forms.Form):
    """The next step, in a few words."""

    what = forms.CharField(
        label="The next step",
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Small, concrete, this week. For example: ‘ask one question in Tuesday’s meeting’, or ‘ride the bus "
        "for two stops’.",
        error_messages={
            "required": "Write in a few words what the step is, then press again.",
            "max_length": "This has %(show_value)s characters; a step has room for %(limit_value)s. Say it shorter.",
        },
    )
    attempt = forms.UUIDField(required=False, widget=forms.HiddenInput)


class ClientAgree(Agree):
    """The same from the client's page: they say so where they write."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].help_text += f" {NO_ALERT} Your therapist can read it."


class Words(forms.Form):
    """Words for hard moments, as the therapist says them."""

    text = forms.CharField(
        label="Words for hard moments",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="As you say them to each other. They stand on your client’s page, big and quiet.",
        error_messages={
            "required": "Write the words you want to keep at hand, then press again.",
            "max_length": "This has %(show_value)s characters; there is room for %(limit_value)s. A few words are "
            "easier to read in a hard moment.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "words_%s", **kwargs})


class ClientWords(Words):
    """The same, saved by the client: what their therapist said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = "Something your therapist said that helps"
        self.fields["text"].help_text = f"{NO_ALERT} Your therapist can read it too."


class Foretell(forms.Form):
    """Fear foretold, 0 to 10."""

    foretold = forms.CharField(required=False)
    kept = forms.BooleanField(required=False)

    def clean_foretold(self) -> int:
        return _fear(self.cleaned_data["foretold"], "you think you will be, 0 to 10")


def _fear(text: str, when: str) -> int:
    """A whole number of the scale; anything else is said back as it came."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 4 and 0 <= int(text) <= 10:
        return int(text)
    got = f"‘{text[:12]}’ is not on the scale" if text else "No number yet"
    raise forms.ValidationError(f"{got}. Choose how afraid {when}.")


class Tell(forms.Form):
    """How a step went. Only 'how did it go' must be said, and the fear felt or that it is skipped."""

    KEEP, SHARE = "keep", "share"

    went = forms.ChoiceField(
        choices=Step.WENT,
        error_messages={
            "required": "Choose how it went: done, partly, or not this time.",
            "invalid_choice": "‘%(value)s’ is none of the three. Choose done, partly, or not this time.",
        },
    )
    felt = forms.CharField(required=False)
    company = forms.ChoiceField(
        choices=[("", "I would rather not say"), *Step.COMPANY],
        required=False,
        error_messages={"invalid_choice": "‘%(value)s’ is not one of the answers. Choose one, or rather not say."},
    )
    happened = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "max_length": "This has %(show_value)s characters; there is room for %(limit_value)s. Please shorten it."
        },
    )
    reads = forms.ChoiceField(
        choices=[(SHARE, "My therapist can read it"), (KEEP, "I keep it for myself")],
        error_messages={
            "required": "Choose who reads this: your therapist too, or you alone.",
            "invalid_choice": "‘%(value)s’ is neither of the two. Choose who reads this.",
        },
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        text = str(found.get("felt", "")).strip()
        if text == SKIPPED or (not text and found.get("went") == Step.NOT):
            return {**found, "felt": None}
        try:
            found["felt"] = _fear(text, "you were, 0 to 10, or skip it")
        except forms.ValidationError as error:
            self.add_error("felt", error)
        return found

    def told(self) -> dict[str, Any]:
        """What the action wants."""
        found = dict(self.cleaned_data)
        kept = found.pop("reads") == self.KEEP
        return {**found, "kept": kept}


class Bring(forms.Form):
    """One tap on a step, on words or on a session; or a thought of one's own."""

    kind = forms.ChoiceField(choices=Brought._meta.get_field("kind").choices or [])
    about = forms.UUIDField(required=False)
    text = forms.CharField(
        label="A thought of your own",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"{NO_ALERT} Your therapist can read it before you next meet.",
        error_messages={
            "required": "Write the thought in a few words, then press again.",
            "max_length": "This has %(show_value)s characters; there is room for %(limit_value)s. A line is enough to "
            "remember it by.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "bring_%s", **kwargs})
        self.fields["text"].required = self.data.get("kind", Brought.THOUGHT) == Brought.THOUGHT

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        alone = found.get("kind") == Brought.THOUGHT
        return {**found, "about": None if alone else found.get("about"), "text": found.get("text", "") if alone else ""}
