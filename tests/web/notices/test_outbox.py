"""Lease, send, mark: nothing that was written is lost, and nothing in a message gives a person away."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accord.web.alliance import actions as alliance
from accord.web.notices import actions, queries, worker
from accord.web.notices.models import Notice
from accord.web.notices.texts import TEXTS
from accord.web.people.asker import of_member
from tests.cast import Cast
from tests.journey.test_one_loop import link_to


@pytest.fixture
def waiting(cast: Cast) -> Notice:
    alliance.send_link(asker=of_member(cast.therapist), check_in=cast.after)
    return Notice.objects.get()


def test_a_message_is_sent_once_and_its_link_opens_the_check_in(cast: Cast, waiting: Notice) -> None:
    assert worker.send_due() == 1
    assert worker.send_due() == 0
    assert link_to(cast.after) in mail.outbox[0].body
    assert mail.outbox[0].to == ["ada@example.org"]


def test_the_secret_of_the_link_is_nowhere_in_the_outbox(cast: Cast, waiting: Notice) -> None:
    secret = link_to(cast.after).split("/")[2]
    assert secret not in str(Notice.objects.filter(pk=waiting.pk).values_list().get())
    assert secret not in waiting.path


def test_a_worker_that_dies_before_sending_loses_the_lease_and_not_the_message(waiting: Notice) -> None:
    assert actions.lease()  # taken, and then the process is killed
    assert not actions.lease()
    Notice.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert worker.send_due() == 1
    assert len(mail.outbox) == 1


def test_a_message_that_cannot_be_sent_is_tried_again_later_and_given_up_loudly(
    waiting: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise ConnectionError("no mail server")

    monkeypatch.setattr(worker, "_send", refuse)
    waits = []
    for _ in range(actions.GIVE_UP_AFTER):
        Notice.objects.update(due_at=timezone.now(), lease_until=None)
        worker.send_due()
        waits.append(Notice.objects.get().due_at - timezone.now())
    assert waits[0] < waits[3] < waits[8]
    assert Notice.objects.get().dead_at
    assert queries.stuck_since()


def test_what_is_settled_is_not_sent(cast: Cast, waiting: Notice) -> None:
    alliance.record_attendance(asker=of_member(cast.therapist), occasion=cast.session, attended="cancelled")
    assert worker.send_due() == 0
    assert not mail.outbox


def test_a_link_for_after_the_session_waits_for_the_session(cast: Cast) -> None:
    later = timezone.now() + timedelta(days=1)
    session = alliance.book_session(asker=of_member(cast.therapist), course=cast.course, starts_at=later)
    alliance.send_link(asker=of_member(cast.therapist), check_in=session.check_ins.get(moment="after"))
    assert worker.send_due() == 0
    assert Notice.objects.get().due_at == later


TELLING = re.compile(
    r"therap|psych|alliance|depress|anxi|mental|session|symptom|score|clin|self-harm|suicid|accord", re.I
)


@pytest.mark.parametrize("kind", sorted(TEXTS))
def test_no_message_gives_anybody_away(kind: str) -> None:
    assert not TELLING.search(" ".join(TEXTS[kind]))
