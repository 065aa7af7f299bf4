"""One course of therapy: occasions, what is planned, asked and answered, what was agreed, strained and mended."""

from accord.web.alliance.models.agreement import Agreement, Goal, Progress
from accord.web.alliance.models.asked import AnswerSet, CheckIn, Draft, Words
from accord.web.alliance.models.beginning import Beginning
from accord.web.alliance.models.between import Brought, Saying, Step
from accord.web.alliance.models.course import Course, Cover, Ending, Occasion, PlannedMeasure
from accord.web.alliance.models.intake import Intake
from accord.web.alliance.models.repair import Declared, Dismissal, Repair, Talk

__all__ = [
    "Agreement",
    "AnswerSet",
    "Beginning",
    "Brought",
    "CheckIn",
    "Course",
    "Cover",
    "Declared",
    "Dismissal",
    "Draft",
    "Ending",
    "Goal",
    "Intake",
    "Occasion",
    "PlannedMeasure",
    "Progress",
    "Repair",
    "Saying",
    "Step",
    "Talk",
    "Words",
]
