"""What is settled before a course is read, and stays the same while it is."""

import math
from dataclasses import dataclass

from accord.alliance.detectors import Detector, VShape, detector
from accord.alliance.spread import RELIABLE_DROP, SD_PEOPLE, SD_WITHIN, SOURCE
from accord.errors import UsageError

VERSION = "1"
# How many ratings make a person's own baseline.
K = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """The numbers and the method a course is read with.

    sd_within      s_w, the usual change of one person from session to session
    reliable_drop  RC_min; what the rating falls below its own baseline by, for an alert
    sd_people      SD of the score between people; a gap that changes by 1.5 of it is a watch
    method         the name of a detector, or a detector with parameters of its own
    window         attended and rated sessions within which a return counts as repaired
    top            the best possible score, for the ceiling; None where there is none
    source         where the two SDs come from
    looks_ahead    they were estimated from the very file that is read with them
    """

    sd_within: float = SD_WITHIN
    reliable_drop: float = RELIABLE_DROP
    sd_people: float = SD_PEOPLE
    method: str | Detector = "predictive-z"
    window: int = 3
    top: float | None = 5.0
    source: str = SOURCE
    looks_ahead: bool = False

    def __post_init__(self) -> None:
        for name in ("sd_within", "reliable_drop", "sd_people"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise UsageError(f"{name}: got {value}, wanted a number above 0")
        if self.window < 1:
            raise UsageError(f"window: got {self.window}, wanted at least 1 session")
        object.__setattr__(self, "method", detector(self.method))

    @property
    def detector(self) -> Detector:
        return detector(self.method)

    @property
    def warning(self) -> str | None:
        """What must be said beside every result of this rule."""
        if not self.looks_ahead:
            return None
        return (
            "the within-person SD was estimated from this same file, so each signal has seen the sessions after it: "
            "look at the past with it, and fix the SD before reading new courses"
        )

    def needed(self, baseline: float, previous: float) -> tuple[float, int]:
        """What a rating must reach again to count as a return, and within how many sessions."""
        how = self.detector
        if isinstance(how, VShape):
            slack = self.reliable_drop / 2 if how.back == "prev-0.5RC" else 0.0
            return previous - slack, how.window
        return baseline - self.reliable_drop / 2, self.window
