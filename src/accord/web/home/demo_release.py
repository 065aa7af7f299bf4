"""One frozen release of the invented group, as its manager would make it."""

from uuid import uuid4

from accord.errors import AccordError
from accord.web.evidence import actions, contents, gathering
from accord.web.evidence.contents import Wanted
from accord.web.evidence.models import EVALUATION
from accord.web.people.asker import of_member
from accord.web.people.models import Member

SHOWN_TO = ("therapist", "researcher", "client")


def freeze(manager: Member) -> None:
    """Of all quarters that are over; where it may not be made, the page says why, as in life."""
    asker, practice = of_member(manager), manager.practice
    quarters = gathering.quarters(asker, practice.pk, practice.today)
    if quarters:
        title = f"How therapy went, {contents.Wanted('', EVALUATION, quarters[0], quarters[-1]).period}"
        wanted = Wanted(title, EVALUATION, quarters[0], quarters[-1], SHOWN_TO)
        try:
            actions.freeze(asker=asker, practice=practice, wanted=wanted, attempt=uuid4())
        except AccordError:
            return
