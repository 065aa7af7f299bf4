"""The only writers of offers and licences. Each is one transaction, and audited."""

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

__all__ = [
    "Offered",
    "put_back_credential",
    "refuse_credential",
    "settle_reminders",
    "state_credential",
    "state_offer",
    "undo_decision",
    "verify_credential",
    "withdraw_credential",
]
