"""The only writers of courses, sessions, check-ins and answers. Each is one transaction, and audited."""

from accord.web.alliance.actions.check_ins import (
    answer_again,
    by_link,
    change_address,
    flag_answers,
    rate_session,
    renew_link,
    save_draft,
    send_check_in,
    send_link,
)
from accord.web.alliance.actions.intake import bring_in, discard_intake, keep_intake
from accord.web.alliance.actions.repairs import declare, lay_aside, note_talk, open_repair, take_up_again
from accord.web.alliance.actions.sessions import (
    book_session,
    end_course,
    move_session,
    open_course,
    plan_measures,
    record_attendance,
)
from accord.web.alliance.actions.sharing import choose_who_reads

__all__ = [
    "answer_again",
    "book_session",
    "bring_in",
    "by_link",
    "change_address",
    "choose_who_reads",
    "declare",
    "discard_intake",
    "end_course",
    "flag_answers",
    "keep_intake",
    "lay_aside",
    "move_session",
    "note_talk",
    "open_course",
    "open_repair",
    "plan_measures",
    "rate_session",
    "record_attendance",
    "renew_link",
    "save_draft",
    "send_check_in",
    "send_link",
    "take_up_again",
]
