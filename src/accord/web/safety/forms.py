"""The safety plan and a note on a flag, as they come from a page."""

from typing import Any

from django import forms

from accord.web.people.models import Member


class PlanForm(forms.Form):
    """Lines are written one a row: number; name; how."""

    responsible = forms.ChoiceField(label="Responsible clinician", required=False)
    deputy_name = forms.CharField(
        label="Deputy", max_length=120, required=False, help_text="In a solo practice: a colleague outside."
    )
    deputy_email = forms.EmailField(label="Deputy’s e-mail", required=False)
    hours = forms.IntegerField(label="Hours until the deputy is told", min_value=1, max_value=72, initial=24)
    lines = forms.CharField(
        label="Numbers to call",
        widget=forms.Textarea,
        help_text="One a row: number; name; how. For example: "
        "988; 988 Suicide & Crisis Lifeline; Call or text, day and night",
    )
    read_by = forms.CharField(
        label="When a person reads the answers",
        max_length=200,
        required=False,
        help_text="It ends the sentence ‘The practice reads answers …’, such as: by the end of the next working day",
    )
    complaints = forms.CharField(
        label="‘Something is wrong with my therapist’ leads to",
        max_length=300,
        required=False,
        help_text="A named person who is not the therapist, or the licensing board, with a phone number or address.",
    )

    def __init__(self, *args: Any, colleagues: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(one.pk): one for one in colleagues}
        chooser: Any = self.fields["responsible"]
        chooser.choices = [
            ("", "nobody yet"),
            *((key, one.name) for key, one in self.colleagues.items()),
        ]

    def clean_responsible(self) -> Member | None:
        return self.colleagues.get(self.cleaned_data["responsible"])

    def clean_lines(self) -> list[dict[str, str]]:
        rows = [row for row in self.cleaned_data["lines"].splitlines() if row.strip()]
        parts = [[part.strip() for part in row.split(";")] for row in rows]
        for row, found in zip(rows, parts, strict=True):
            if len(found) != 3 or not all(found):
                raise forms.ValidationError(f"‘{row}’ needs three parts with ; between them: number; name; how.")
        return [dict(zip(("number", "name", "how"), found, strict=True)) for found in parts]


class NoteForm(forms.Form):
    """What was done about a flag."""

    note = forms.CharField(
        label="What did you do?",
        widget=forms.Textarea,
        max_length=2000,
        help_text="A line is enough: spoke by phone, safe tonight, we meet tomorrow.",
        error_messages={"required": "write in a line what you did"},
    )
