"""The only readers of courses and answers. Who asks comes first; what they may not see is not found.

A course is seen by the therapist who leads it and by the client whose it is. `answers` is the one way to what was
answered: it takes who sees it and for what purpose, and leaves out what a client keeps for themself.
"""

from accord.web.alliance.queries.answers import Rating, answers, sent_already
from accord.web.alliance.queries.asked import (
    GRACE,
    asked,
    by_cookie,
    by_token,
    check_in,
    check_ins,
    link_path,
    link_state,
    opens_at,
    waiting_check_ins,
)
from accord.web.alliance.queries.between import (
    SeenStep,
    brought,
    current_step,
    one_brought,
    saying,
    sayings,
    step,
    steps,
    withdrawn,
)
from accord.web.alliance.queries.courses import (
    activity,
    caseload,
    course,
    occasion,
    occasions,
    own_courses,
    plan,
    seen_by,
    todays_sessions,
)
from accord.web.alliance.queries.intakes import already_there, intake, intakes
from accord.web.alliance.queries.repairs import awaits_word, laid_aside, mended_since, repair, repairs, word_of

__all__ = [
    "GRACE",
    "Rating",
    "SeenStep",
    "activity",
    "already_there",
    "answers",
    "asked",
    "awaits_word",
    "brought",
    "by_cookie",
    "by_token",
    "caseload",
    "check_in",
    "check_ins",
    "course",
    "current_step",
    "intake",
    "intakes",
    "laid_aside",
    "link_path",
    "link_state",
    "mended_since",
    "occasion",
    "occasions",
    "one_brought",
    "opens_at",
    "own_courses",
    "plan",
    "repair",
    "repairs",
    "saying",
    "sayings",
    "seen_by",
    "sent_already",
    "step",
    "steps",
    "todays_sessions",
    "waiting_check_ins",
    "withdrawn",
    "word_of",
]
