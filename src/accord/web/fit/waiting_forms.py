"""Joining a list, as it comes from a page; and a manager's yes to a preview."""

from typing import Any

from django import forms
from django.http import QueryDict

from accord.web.fit import ask_forms
from accord.web.fit.actions import Who


class JoinForm(forms.Form):
    """Who waits. What they need was said before."""

    name = ask_forms.AskForm.base_fields["name"]
    email = ask_forms.AskForm.base_fields["email"]
    phone = forms.CharField(
        label="Your phone number",
        max_length=40,
        help_text="Whoever is found may ring you for the first call, and sees your name and number.",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": "write a number: whoever is found may ring you"},
    )
    zone = forms.ChoiceField(label="Times as they are in", help_text="The place where you will be.")

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = ask_forms.zones()
        named = zones if zone in dict(zones) else [(zone, zone), *zones]
        self.fields["zone"].choices = named  # type: ignore[attr-defined]
        self.fields["zone"].initial = zone

    def who(self) -> Who:
        clean = self.cleaned_data
        return Who(clean["name"], clean["email"], clean["zone"], clean["phone"])


def numbers(data: QueryDict) -> list[int]:
    """The people whose pairs are still ticked; anything that is no number is nobody."""
    return [int(text) for text in data.getlist("pair") if text.isdecimal()]
