"""The problem-finder: a few questions that are asked only where a course is worth a look, and a next step for each.

The idea is Lambert's Clinical Support Tools: what commonly stands behind a course that does not move, looked at in the
order alliance, willingness, support, life events (from memory). The wording is our own, and not validated.
"""

from dataclasses import dataclass

FINE, TOPIC, UNKNOWN = "fine", "topic", "unknown"
ANSWERS = [(FINE, "yes, as far as I know"), (TOPIC, "not quite: a topic"), (UNKNOWN, "I do not know yet")]
CST = "Lambert’s Clinical Support Tools name this area (from memory)"


@dataclass(frozen=True)
class Area:
    """One thing that may stand behind it: questions whose yes is good news, one next step, where it is from."""

    key: str
    title: str
    questions: tuple[tuple[str, str], ...]
    step: str
    source: str


AREAS = (
    Area(
        "alliance",
        "The two of you",
        (
            ("aims", "Do you both have the same thing in mind when you say what you are working on?"),
            ("room", "Could they tell you something awkward about how you work?"),
        ),
        "Ask what the last meetings were like for them and what would have made them a little better. "
        "Listen to the end before you explain.",
        "Mended strains go with better outcome: r = .29, 11 studies (Eubanks, Muran & Safran 2018). " + CST,
    ),
    Area(
        "willing",
        "Willingness",
        (
            ("worth", "Does what you do together seem worth its effort to them just now?"),
            ("cost", "Do they want the change, also where it costs them something?"),
        ),
        "Look at the working agreement again: which of the six things is hard now, and what would make it easier?",
        CST,
    ),
    Area(
        "support",
        "Support",
        (
            ("call", "Is there somebody they could call on a bad evening?"),
            ("home", "Do the people near them help with what they are trying to change?"),
        ),
        "Draw up together who is there, and agree on one contact before the next meeting.",
        CST,
    ),
    Area(
        "life",
        "Life events",
        (
            ("calm", "Has it been quiet outside: no loss, illness, money trouble, conflict or move since you began?"),
            ("body", "Are sleep, body, medicines, alcohol and drugs as they were?"),
        ),
        "Give what happened its room first, then ask whether the goals still fit. Where the body or medicines may play "
        "a part, agree who looks at that.",
        CST,
    ),
)
COLLEAGUE = ("colleague", "Talk the course over with a colleague or in supervision before the next meeting.")
EVIDENCE = (
    "Feedback of this kind helps a little: d = .15 for everybody, .17 for those not on track (58 studies; de Jong et "
    "al. 2021). With questions and next steps for those not on track, reviews report g of about .36 to .53 (Barkham, "
    "de Jong, Delgadillo & Lutz 2023). That was with other questions than ours."
)
STEPS = [*((area.key, area.step) for area in AREAS), COLLEAGUE]
WHY = [
    ("slip", "a slip in filling in the form"),
    ("life", "something outside of therapy explains it"),
    ("known", "expected: we had agreed on something hard"),
    ("slow", "slow on purpose: we agreed on a long course"),
    ("other", "something else"),
]


def step_words(keys: list[str]) -> list[str]:
    """The steps that were decided on, in the order of the form."""
    return [words for key, words in STEPS if key in keys]


def topics(answers: dict[str, str]) -> list[str]:
    """The areas in which something was a topic."""
    return [area.title for area in AREAS if any(answers.get(f"{area.key}.{key}") == TOPIC for key, _ in area.questions)]
