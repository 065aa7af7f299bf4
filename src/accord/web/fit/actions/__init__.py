"""The only writers of searches, each one transaction, and audited."""

from accord.web.fit.actions.searches import begin_search, forget_old_searches, forget_search, relax, save_answers

__all__ = [
    "begin_search",
    "forget_old_searches",
    "forget_search",
    "relax",
    "save_answers",
]
