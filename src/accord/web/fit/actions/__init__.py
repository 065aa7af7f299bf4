"""The only writers of offers, licences, searches, free times and meetings. Each is one transaction, and audited."""

from accord.web.fit.actions.asking import Who, ask_for_calls, confirm_invented
from accord.web.fit.actions.assigning import QUIET, StaleError, Undone, apply_assignment, undo_assignment
from accord.web.fit.actions.credentials import (
    put_back_credential,
    refuse_credential,
    settle_reminders,
    state_credential,
    undo_decision,
    verify_credential,
    withdraw_credential,
)
from accord.web.fit.actions.deciding import choose, give_feedback, say_later, say_none
from accord.web.fit.actions.flooding import MOST_OPEN
from accord.web.fit.actions.holding import TakenError
from accord.web.fit.actions.meetings import (
    accept,
    agree_to_time,
    call_off,
    call_off_all,
    decline,
    give_impression,
    pick_time,
    propose_time,
    rate_own_side,
    say_missed,
)
from accord.web.fit.actions.offers import Offered, state_offer
from accord.web.fit.actions.searches import begin_search, forget_old_searches, forget_search, relax, save_answers
from accord.web.fit.actions.times import (
    add_extra_time,
    add_weekly_time,
    close_days,
    remove_day_apart,
    remove_weekly_time,
    settle_finding,
)
from accord.web.fit.actions.waiting import (
    ask_for_another,
    join_list,
    leave_list,
    put_on_list,
    stay_on_list,
    welcome,
)
from accord.web.fit.actions.way_back import open_by_way_back, send_way_back

__all__ = [
    "MOST_OPEN",
    "QUIET",
    "Offered",
    "StaleError",
    "TakenError",
    "Undone",
    "Who",
    "accept",
    "add_extra_time",
    "add_weekly_time",
    "agree_to_time",
    "apply_assignment",
    "ask_for_another",
    "ask_for_calls",
    "begin_search",
    "call_off",
    "call_off_all",
    "choose",
    "close_days",
    "confirm_invented",
    "decline",
    "forget_old_searches",
    "forget_search",
    "give_feedback",
    "give_impression",
    "join_list",
    "leave_list",
    "open_by_way_back",
    "pick_time",
    "propose_time",
    "put_back_credential",
    "put_on_list",
    "rate_own_side",
    "refuse_credential",
    "relax",
    "remove_day_apart",
    "remove_weekly_time",
    "save_answers",
    "say_later",
    "say_missed",
    "say_none",
    "send_way_back",
    "settle_finding",
    "settle_reminders",
    "state_credential",
    "state_offer",
    "stay_on_list",
    "undo_assignment",
    "undo_decision",
    "verify_credential",
    "welcome",
    "withdraw_credential",
]
