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
from accord.web.alliance.actions.covers import end_covers, look_after
from accord.web.alliance.actions.endings import end_course, reopen_course, stop_asking, take_along
from accord.web.alliance.actions.handing_over import hand_over, hand_over_all, member_leaves
from accord.web.alliance.actions.intake import bring_in, discard_intake, keep_intake
from accord.web.alliance.actions.repairs import declare, lay_aside, note_talk, open_repair, take_up_again
from accord.web.alliance.actions.sessions import (
    book_session,
    move_session,
    open_course,
    plan_measures,
    record_attendance,
)

__all__ = [
    "answer_again",
    "book_session",
    "bring_in",
    "by_link",
    "change_address",
    "declare",
    "discard_intake",
    "end_course",
    "end_covers",
    "flag_answers",
    "hand_over",
    "hand_over_all",
    "keep_intake",
    "lay_aside",
    "look_after",
    "member_leaves",
    "move_session",
    "note_talk",
    "open_course",
    "open_repair",
    "plan_measures",
    "rate_session",
    "record_attendance",
    "renew_link",
    "reopen_course",
    "save_draft",
    "send_check_in",
    "send_link",
    "stop_asking",
    "take_along",
    "take_up_again",
]
