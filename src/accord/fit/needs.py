"""What somebody looks for: concerns, hard limits, preferences with their strength, and their own words."""

from dataclasses import dataclass
from datetime import date

from accord.errors import UsageError
from accord.fit.concerns import Concern, concern

FORMATS = ("in person", "video", "phone", "text")
REMOTE = ("video", "phone", "text")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SLOTS = tuple(f"{day} {part}" for day in DAYS for part in ("morning", "afternoon", "evening"))
MOST_CONCERNS = 3
# Preferences run from -3 to 3. From 2 on they are strong, and only strong ones count: our choice.
STRONGEST, STRONG = 3, 2


@dataclass(frozen=True, slots=True)
class Axis:
    """One way in which therapists differ: what a seeker is asked and ticks, and what a therapist does at each end."""

    id: str
    question: str
    low: str
    high: str
    does_low: str
    does_high: str

    def does(self, value: int) -> str:
        return self.does_low if value < 0 else self.does_high


# Our own wording. The idea that such preferences can be asked for and met is that of the literature (docs/fit.md).
AXES = (
    Axis(
        "lead",
        "Who should set the course of a session?",
        "a therapist who leads and gives me things to try",
        "to lead myself, with a therapist who follows",
        "leads and gives things to try",
        "lets you lead and follows",
    ),
    Axis(
        "focus",
        "Where should we stay longer?",
        "to stay with feelings",
        "to work on thoughts and plans",
        "stays with feelings",
        "works on thoughts and plans",
    ),
    Axis(
        "when",
        "Which time matters more?",
        "to understand where it comes from",
        "to look at my life as it is now",
        "looks at where it comes from",
        "looks at life as it is now",
    ),
    Axis(
        "tone",
        "What helps you more?",
        "a gentle therapist who goes softly",
        "a therapist who challenges me",
        "is gentle and goes softly",
        "challenges you",
    ),
)


def folded(words: str) -> str:
    """How two ways of writing the same are compared: case and spaces do not matter."""
    return " ".join(words.split()).casefold()


@dataclass(frozen=True, slots=True)
class Needs:
    """What one person looks for. What is left empty is no limit and no preference.

    concerns   one to three ids of `concerns()`, what matters most first
    region     where the therapist must be licensed: where the person is during a session
    languages, formats, times, genders     any one of each will do
    within_km  of `latitude`, `longitude`; it matters only where no remote format that the person accepts is offered
    fee        the most that one session may cost; being covered by `insurer` does as well
    musts      anything else they need, each of it; `wishes` the same, but as preferences
    lead, focus, when, tone                -3 to 3, see `AXES`; 0 is no preference
    at_ease    what would help them feel at ease, `helped` what helped in earlier therapy: compared with what
               therapists write. `hurt`, what did harm, is compared with nothing and kept for the first talk
    since      the day from which they have been waiting, for `assign`
    """

    concerns: tuple[str, ...]
    id: str = ""
    region: str = ""
    languages: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    within_km: float | None = None
    fee: float | None = None
    insurer: str = ""
    times: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    musts: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    lead: int = 0
    focus: int = 0
    when: int = 0
    tone: int = 0
    at_ease: str = ""
    helped: str = ""
    hurt: str = ""
    since: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.concerns) <= MOST_CONCERNS or len(set(self.concerns)) < len(self.concerns):
            raise UsageError(f"concerns: got {list(self.concerns)}, wanted one to three, each once, the first first")
        for each in self.concerns:
            concern(each)
        for axis in AXES:
            if not -STRONGEST <= self.style(axis.id) <= STRONGEST:
                raise UsageError(f"{axis.id}: got {self.style(axis.id)}, wanted a whole number from -3 to 3")
        if self.within_km is not None and self.place is None:
            raise UsageError("within_km: got a distance without a place; give latitude and longitude too")

    def style(self, axis: str) -> int:
        """How strongly they want which end of an axis."""
        value: int = getattr(self, axis)
        return value

    @property
    def first(self) -> Concern:
        return concern(self.concerns[0])

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude, where both are given."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)

    @property
    def words(self) -> str:
        """What is compared with what therapists write of themselves."""
        return " ".join(filter(None, (self.at_ease, self.helped)))
