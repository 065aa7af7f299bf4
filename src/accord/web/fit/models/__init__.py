"""What therapists offer, who looks for them, and how the two come to meet."""

from accord.web.fit.models.meetings import Feedback, FindingRules, Impression, Meeting, ReplyTime, Seeker, TakenTime
from accord.web.fit.models.offers import LONGEST_WORD, Credential, Offer, OfferWord, Search
from accord.web.fit.models.times import DayApart, WeeklyTime
from accord.web.fit.models.waiting import Assignment, Suggestion, Waiting

__all__ = [
    "LONGEST_WORD",
    "Assignment",
    "Credential",
    "DayApart",
    "Feedback",
    "FindingRules",
    "Impression",
    "Meeting",
    "Offer",
    "OfferWord",
    "ReplyTime",
    "Search",
    "Seeker",
    "Suggestion",
    "TakenTime",
    "Waiting",
    "WeeklyTime",
]
