"""A client's word on research: asked calmly, no until it is yes, theirs to change, and told to nobody."""

import re
from typing import Any

import pytest
from django.urls import reverse

from accord.errors import RefusedError
from accord.web.audit.models import Act
from accord.web.evidence import actions, contents, queries
from accord.web.evidence.models import RESEARCH, Consent
from accord.web.people.asker import of_client, of_member
from accord.web.people.models import Client
from tests.cast import Cast
from tests.web.evidence.releasing import courses, described, freeze, released, wanted

PLACE = "/my/research/"


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "describe", described)


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def yes_of(people: list[Client]) -> None:
    for one in people:
        actions.say(asker=of_client(one), yes=True)


def test_until_somebody_says_yes_it_is_no_and_nothing_is_ticked(cast: Cast) -> None:
    page = cast.visitor(cast.ada).get(PLACE)
    assert "You have not said anything yet. That counts as no" in text(page)
    assert "checked" not in page.content.decode()
    assert "It changes nothing in your therapy." in text(page)
    assert "service evaluation. It is part of giving care, so it uses everybody’s answers" in text(page)
    assert queries.consenting(of_member(cast.manager), cast.practice.pk) == set()


def test_saving_without_choosing_says_so_and_stores_nothing(cast: Cast) -> None:
    answer = cast.visitor(cast.ada).post(PLACE, {})
    assert answer.status_code == 422
    assert "choose yes or no; until you do, it is no" in text(answer)
    assert cast.visitor(cast.ada).post(PLACE, {"yes": "maybe"}).status_code == 422
    assert not Consent.objects.exists()


def test_yes_and_no_are_kept_with_their_day_and_the_text_and_the_latest_counts(cast: Cast) -> None:
    visitor = cast.visitor(cast.ada)
    for word in ("yes", "yes", "no"):
        assert visitor.post(PLACE, {"yes": word}).status_code == 302
    assert [(one.yes, one.text) for one in Consent.objects.order_by("said_at")] == [(True, "1"), (False, "1")]
    assert "You said no on" in text(visitor.get(PLACE))
    acts = Act.objects.filter(verb="say about research")
    assert [(one.who, one.role) for one in acts] == [(cast.ada.pk, "cl")] * 2


def test_a_yes_to_an_earlier_text_counts_as_no_until_it_is_said_again(cast: Cast) -> None:
    Consent(practice=cast.practice, client=cast.ada, yes=True, text="0").save()
    assert "The text has changed since, so it counts as no" in text(cast.visitor(cast.ada).get(PLACE))
    assert queries.consenting(of_member(cast.manager), cast.practice.pk) == set()
    actions.say(asker=of_client(cast.ada), yes=True)
    assert queries.consenting(of_member(cast.manager), cast.practice.pk) == {cast.ada.pk}


def test_nobody_else_says_it_for_them_or_reads_it(cast: Cast) -> None:
    actions.say(asker=of_client(cast.ada), yes=True)
    assert queries.consent(of_client(cast.bo)) is None
    for who in ("therapist", "manager", "researcher", "deputy", "operator"):
        asker = of_member(getattr(cast, who))
        assert queries.consent(asker) is None
        with pytest.raises(RefusedError, match="only a client"):
            actions.say(asker=asker, yes=True)
    for who in ("therapist", "researcher", "foreign_therapist"):
        assert queries.consenting(of_member(getattr(cast, who)), cast.practice.pk) == set()


def test_research_takes_only_those_who_said_yes(cast: Cast) -> None:
    everybody = courses(cast.practice, 30)
    with pytest.raises(RefusedError, match="fewer than ten clients said yes to research"):
        freeze(cast, wanted(purpose=RESEARCH))
    yes_of(everybody[:15])
    one = freeze(cast, wanted(purpose=RESEARCH))
    assert one.clients == 15
    assert "of clients who said yes to it, and of nobody else" in one.frozen


def test_whoever_says_no_later_is_not_in_later_releases_and_the_earlier_ones_stay(cast: Cast) -> None:
    everybody = courses(cast.practice, 40)
    yes_of(everybody[:30])
    one = freeze(cast, wanted(purpose=RESEARCH))
    before = one.frozen
    for client in everybody[:10]:
        actions.say(asker=of_client(client), yes=False)
    later = freeze(cast, wanted(purpose=RESEARCH))
    assert (one.clients, later.clients) == (30, 20)
    assert queries.text_of(queries.release(of_member(cast.manager), one.pk)) == before  # type: ignore[arg-type]


def test_a_few_who_said_no_cannot_be_told_by_setting_research_beside_service_evaluation(cast: Cast) -> None:
    everybody = courses(cast.practice, 30)
    freeze(cast)
    yes_of(everybody[:26])
    with pytest.raises(RefusedError, match="fewer than ten"):
        freeze(cast, wanted(purpose=RESEARCH))


def test_the_managers_form_tells_tens_of_those_who_said_yes_or_fewer_than_ten(cast: Cast) -> None:
    everybody = courses(cast.practice, 17)
    manager, place = cast.visitor(cast.manager), reverse("new_release")
    yes_of(everybody[:9])
    assert "Fewer than 10 clients have said yes to research" in text(manager.get(place))
    yes_of(everybody)
    assert "At least 10 clients have said yes to research" in text(manager.get(place))


def test_clients_read_a_few_plain_words_of_what_is_shown_to_them_and_not_the_report(cast: Cast) -> None:
    visitor = cast.visitor(cast.ada)
    assert "Nothing is shown here yet." in text(visitor.get(reverse("my_learned")))
    one = released(cast, ("client",))
    page = text(visitor.get(reverse("my_learned")))
    assert "sessions of about 30 people" in page
    assert "said how working together was for them: on average 3.5 out of 5" in page
    for words in ("11.25", "It takes 50 courses"):
        assert words not in page
    assert "What your practice learned" in text(visitor.get(PLACE))
    assert visitor.get(reverse("release", args=[one.pk])).status_code == 404
    actions.hide(asker=of_member(cast.manager), release=one, why="Too early.")
    assert "sessions of about 30 people" not in text(visitor.get(reverse("my_learned")))


def test_ones_own_page_leads_to_it(cast: Cast) -> None:
    assert f'href="{PLACE}"' in cast.visitor(cast.ada).get("/my/").content.decode()
