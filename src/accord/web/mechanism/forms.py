"""A query string to one clean setting of the model; what cannot be read is said, and the usual is drawn instead."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict

SESSIONS = 16
MOST_SEEDS = 999
DEPTHS = {"shallow": 1.2, "middle": 2.668, "deep": 4.0}
OFF = {"learning": "gating", "cost": "rupture cost", "prepared": "prepared safety"}

_MORE = ((0.5, "69"), (1.0, "84"), (1.5, "93"), (2.0, "98"))
"""So many SD above the average is more than so many of 100 people."""
_BONDS = ("a little {}", "{}", "much {}")

RUPTURES = [("0", "none"), *((str(session), f"in session {session}") for session in range(2, SESSIONS))]
DEPTH_WORDS = [("shallow", "shallow"), ("middle", "middle"), ("deep", "deep")]
REPAIRS = [("fitted", "as it comes"), ("next", "yes, at the next session"), ("never", "never")]
GUARDED = [
    *((f"{-sd:g}", f"more open than {share} of 100 people") for sd, share in reversed(_MORE)),
    ("0", "average"),
    *((f"{sd:g}", f"more guarded than {share} of 100 people") for sd, share in _MORE),
]
BONDS = [
    *((f"{-0.5 * (k + 1):g}", _BONDS[k].format("weaker")) for k in (2, 1, 0)),
    ("0", "average"),
    *((f"{0.5 * (k + 1):g}", _BONDS[k].format("stronger")) for k in (0, 1, 2)),
]
WHAT_IF = [
    ("learning", "the alliance did not help learning"),
    ("cost", "ruptures did not raise symptoms"),
    ("prepared", "the therapist were an ordinary safety signal, not prepared safety"),
]
AGAINST = [
    ("nothing", "nothing changed"),
    ("mended", "mended at the next session"),
    ("whole", "without the what-ifs"),
]
USUAL = {"rupture": "5", "depth": "middle", "repair": "fitted", "guarded": "0", "bond": "0", "against": "nothing"}


@dataclass(frozen=True)
class Setting:
    """What one page draws. Equal settings give equal pages."""

    rupture: int = 5
    depth: str = "middle"
    repair: str = "fitted"
    guarded: float = 0.0
    bond: float = 0.0
    off: tuple[str, ...] = ()
    against: str = "nothing"
    seed: int = 1


class ModelForm(forms.Form):
    """The settings; those marked `slide` become sliders where scripts run."""

    _Slider = partial(forms.Select, attrs={"data-slide": ""})

    rupture = forms.TypedChoiceField(
        label="A rupture",
        choices=RUPTURES,
        coerce=int,
        widget=_Slider(),
        help_text="A hurt, a misunderstanding, going through the motions.",
    )
    depth = forms.ChoiceField(label="How deep it is", choices=DEPTH_WORDS, widget=_Slider())
    repair = forms.ChoiceField(label="Are ruptures mended?", choices=REPAIRS)
    guarded = forms.TypedChoiceField(
        label="How guarded the client is",
        choices=GUARDED,
        coerce=float,
        widget=_Slider(),
        help_text="Slow to let someone near. All who are drawn are alike in this.",
    )
    bond = forms.TypedChoiceField(label="How strong the bond is", choices=BONDS, coerce=float, widget=_Slider())
    off = forms.MultipleChoiceField(
        label="What if …", choices=WHAT_IF, required=False, widget=forms.CheckboxSelectMultiple
    )
    against = forms.ChoiceField(label="Compare with", choices=AGAINST)


class SeedForm(forms.Form):
    """Which people are drawn; the page has buttons for it and no field."""

    seed = forms.IntegerField(min_value=1, max_value=MOST_SEEDS, required=False)


def read(query: QueryDict) -> tuple[Setting, dict[str, str]]:
    """The setting, and for each field that could not be read what was done about it."""
    given, seeds = ModelForm(_with_usual(query)), SeedForm(query)
    problems = {
        given[name].id_for_label or "set": f"‘{given[name].label}’ was something we do not know. The usual is drawn."
        for name in given.errors
    }
    if seeds.errors:
        problems["draw"] = f"People are drawn by a number from 1 to {MOST_SEEDS}. Number 1 is drawn."
    off = given.cleaned_data.get("off", ())
    clean: dict[str, Any] = {**given.cleaned_data, "off": tuple(name for name in OFF if name in off)}
    return Setting(**clean, seed=seeds.cleaned_data.get("seed") or 1), problems


def _with_usual(query: QueryDict) -> QueryDict:
    """A link may leave out what is as usual."""
    whole = QueryDict(mutable=True)
    whole.update(USUAL)
    for name in (*USUAL, "off"):
        if name in query:
            whole.setlist(name, query.getlist(name))
    return whole


def shown(setting: Setting) -> ModelForm:
    """The form as it stands on the page of a setting."""
    values = {name: getattr(setting, name) for name in ModelForm.base_fields}
    texts = {name: f"{value:g}" for name, value in values.items() if isinstance(value, int | float)}
    return ModelForm(initial={**values, **texts})


def next_seed(seed: int) -> int:
    return seed % MOST_SEEDS + 1
