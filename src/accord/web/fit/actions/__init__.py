"""The only writers of offers, licences and searches. Each is one transaction, and audited."""

from accord.web.fit.actions.credentials import (
    put_back_credential,
    refuse_credential,
    settle_reminders,
    state_credential,
    undo_decision,
    verify_credential,
    withdraw_credential,
)
from accord.web.fit.actions.offers import Offered, state_offer
from accord.web.fit.actions.searches import begin_search, forget_old_searches, forget_search, relax, save_answers

__all__ = [
    "Offered",
    "begin_search",
    "forget_old_searches",
    "forget_search",
    "put_back_credential",
    "refuse_credential",
    "relax",
    "save_answers",
    "settle_reminders",
    "state_credential",
    "state_offer",
    "undo_decision",
    "verify_credential",
    "withdraw_credential",
]
