"""What comes from the pages of the working agreement, checked: a proposal, a client's answer, progress."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from accord import alliance
from accord.web.alliance.actions import Noted, Wanted
from accord.web.alliance.models import Agreement, Goal

LONGEST_APPROACH, LONGEST_GOAL, LONGEST_WISH = 2000, 300, 2000
NUMBERS = [(str(value), str(value)) for value in range(alliance.TOP + 1)]
NOT_SAID = "no"
PLACES = range(1, alliance.MOST_GOALS + 1)


def lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def number_of(text: str) -> int | None:
    return int(text) if text not in ("", NOT_SAID) else None


class Proposal(forms.Form):
    """The therapist's side first: three ticks, the approach, up to four goals; what was agreed in the room."""

    SAY_FIRST = "tick it when you have done it; the page begins with words for it"

    explained = forms.BooleanField(
        label="I explained the approach and why, what else there is, and what may be hard",
        error_messages={"required": SAY_FIRST},
    )
    asked = forms.BooleanField(label="I asked whether that is all right", error_messages={"required": SAY_FIRST})
    welcomed = forms.BooleanField(
        label="I said that a no is welcome, now and later", error_messages={"required": SAY_FIRST}
    )
    approach = forms.CharField(
        label="The approach",
        max_length=LONGEST_APPROACH,
        widget=lines(5),
        help_text="How you will work together, in words your client would use. They read this.",
    )
    together = forms.BooleanField(
        label="We looked at it together and they agree",
        required=False,
        help_text="It is then signed ‘in the room’. Leave it out, and they answer on their own page.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in PLACES:
            words = forms.CharField(label=f"Goal {place}", max_length=LONGEST_GOAL, required=False, widget=lines(2))
            self.fields[f"goal_{place}"] = words
            self.fields[f"thread_{place}"] = forms.UUIDField(required=False, widget=forms.HiddenInput)
        for thing in alliance.THINGS:
            choices = [("", "not asked"), *NUMBERS]
            self.fields[f"willing_{thing.key}"] = forms.ChoiceField(
                label=thing.name, choices=choices, required=False, help_text=f"‘{thing.words}’"
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.goals() and not any(f"goal_{place}" in self.errors for place in PLACES):
            self.add_error("goal_1", "write at least one goal, in your client’s own words")
        if any(value is not None for value in self.willing().values()) and not data.get("together"):
            self.add_error("together", "tick this, or set the six back to ‘not asked’: how willing is theirs to say")
        return data

    def goals(self) -> list[Wanted]:
        given = self.cleaned_data
        every = [Wanted(given.get(f"goal_{place}", ""), given.get(f"thread_{place}")) for place in PLACES]
        return [goal for goal in every if goal.words.strip()]

    def willing(self) -> dict[str, int | None]:
        given = self.cleaned_data
        return {thing.key: number_of(given.get(f"willing_{thing.key}", "")) for thing in alliance.THINGS}

    @staticmethod
    def filled_from(one: Agreement | None) -> dict[str, Any]:
        """What a new version begins with: the approach and goals of the one before it, each goal with its thread."""
        if one is None:
            return {}
        goals = {goal.place: goal for goal in one.goals.all()}
        words = {f"goal_{place}": goal.words for place, goal in goals.items()}
        return {"approach": one.approach, **words, **{f"thread_{p}": goal.thread for p, goal in goals.items()}}

    def goal_fields(self) -> list[tuple[Any, Any]]:
        return [(self[f"goal_{place}"], self[f"thread_{place}"]) for place in PLACES]

    def willing_fields(self) -> list[Any]:
        return [self[f"willing_{thing.key}"] for thing in alliance.THINGS]


class InTheRoom(forms.Form):
    """What a client says in the room of the version that waits: how willing for each of the six."""

    def __init__(self, *args: Any, willing: dict[str, int | None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for thing in alliance.THINGS:
            before = (willing or {}).get(thing.key)
            self.fields[thing.key] = forms.ChoiceField(
                label=thing.name,
                choices=[("", "not asked"), *NUMBERS],
                required=False,
                initial="" if before is None else str(before),
                help_text=f"‘{thing.words}’",
            )

    def willing(self) -> dict[str, int | None]:
        return {thing.key: number_of(self.cleaned_data[thing.key]) for thing in alliance.THINGS}


class Reply(forms.Form):
    """A client's answer: their own words for the goals, the six, and what they would like otherwise."""

    otherwise = forms.CharField(
        label="What would you like otherwise?", max_length=LONGEST_WISH, required=False, widget=lines(4)
    )

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own: Sequence[Goal] = list(agreement.goals.all())
        for goal in self.own:
            empty = {"required": "keep a few words here; to leave a goal out, say so under ‘otherwise’"}
            self.fields[f"goal-{goal.pk}"] = forms.CharField(
                label=f"Goal {goal.place}",
                max_length=LONGEST_GOAL,
                widget=lines(2),
                initial=goal.words,
                required=agreement.client_signed_at is None,
                error_messages=empty,
            )
        for thing in alliance.THINGS:
            before = agreement.willing.get(thing.key)
            self.fields[f"willing-{thing.key}"] = forms.ChoiceField(
                label=thing.words,
                choices=[*NUMBERS, (NOT_SAID, "rather not say")],
                required=False,
                initial=str(before) if before is not None else NOT_SAID if agreement.willing else "",
            )

    def decided(self, what: str) -> bool:
        """‘Otherwise’ needs words; and words that were written are not dropped by another button."""
        said = self.cleaned_data.get("otherwise", "").strip()
        if what == "otherwise" and not said and "otherwise" not in self.errors:
            self.add_error("otherwise", "say in a few words what you would like otherwise, then press again")
        if what != "otherwise" and said:
            wish = "this is not sent yet: press ‘I would like something otherwise’, or empty it and press again"
            self.add_error("otherwise", wish)
        return not self.errors

    def words(self) -> dict[UUID, str]:
        return {goal.pk: self.cleaned_data[f"goal-{goal.pk}"] for goal in self.own}

    def willing(self) -> dict[str, int | None]:
        return {thing.key: number_of(self.cleaned_data[f"willing-{thing.key}"]) for thing in alliance.THINGS}

    def goal_fields(self) -> list[Any]:
        return [self[f"goal-{goal.pk}"] for goal in self.own]

    def willing_fields(self) -> list[tuple[alliance.Thing, Any]]:
        return [(thing, self[f"willing-{thing.key}"]) for thing in alliance.THINGS]


class HowNear(forms.Form):
    """How near each goal is, and which of the numbers are kept."""

    def __init__(self, *args: Any, goals: Sequence[Goal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goals = goals
        for goal in goals:
            self.fields[f"near-{goal.thread}"] = forms.ChoiceField(
                label=goal.words, choices=[*NUMBERS, (NOT_SAID, "not now")], required=False
            )
            self.fields[f"kept-{goal.thread}"] = forms.BooleanField(label="Keep this one for myself", required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.noted() and self.goals:
            self.add_error(f"near-{self.goals[0].thread}", "choose a number for at least one goal, then save")
        return data

    def noted(self) -> list[Noted]:
        given = [(goal, number_of(self.cleaned_data.get(f"near-{goal.thread}", ""))) for goal in self.goals]
        return [
            Noted(g.thread, value, self.cleaned_data[f"kept-{g.thread}"]) for g, value in given if value is not None
        ]

    def goal_fields(self) -> list[tuple[Goal, Any, Any]]:
        return [(goal, self[f"near-{goal.thread}"], self[f"kept-{goal.thread}"]) for goal in self.goals]
