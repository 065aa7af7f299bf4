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
from accord.web.alliance.queries.words import (
    Closing,
    closing_sent_already,
    keepable,
    never_kept,
    what_was_brought,
    words,
)

__all__ = [
    "GRACE",
    "Closing",
    "Rating",
    "activity",
    "already_there",
    "answers",
    "asked",
    "awaits_word",
    "by_cookie",
    "by_token",
    "caseload",
    "check_in",
    "check_ins",
    "closing_sent_already",
    "course",
    "intake",
    "intakes",
    "keepable",
    "laid_aside",
    "link_path",
    "link_state",
    "mended_since",
    "never_kept",
    "occasion",
    "occasions",
    "opens_at",
    "own_courses",
    "plan",
    "repair",
    "repairs",
    "seen_by",
    "sent_already",
    "todays_sessions",
    "waiting_check_ins",
    "what_was_brought",
    "word_of",
    "words",
]
