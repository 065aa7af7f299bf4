"""Articles and comments: what everyone reads, what nobody sees before it was looked at, and what is never said."""

from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client as Visitor

from accord.web.notices import worker
from accord.web.notices.models import Notice
from accord.web.pages import actions, writing
from accord.web.pages.forms import ReplyForm
from accord.web.pages.models import Article, Comment
from accord.web.people.asker import of_member
from tests.cast import Cast


@pytest.fixture
def article(cast: Cast) -> Article:
    return write(cast)


def write(cast: Cast, title: str = "How a first meeting goes", text: str = "We *talk*.", **more: bool) -> Article:
    asker, settled = of_member(cast.therapist), {"comments_open": True, "published": True, **more}
    one = actions.write_article(
        asker=asker, article=None, title=title, text=text, comments_open=settled["comments_open"], attempt=uuid4()
    )
    if settled["published"]:
        actions.publish_article(asker=asker, article=one, published=True)
    return one


def say(article: Article, **more: str):  # type: ignore[no-untyped-def]
    body = {"name": "Robin", "email": "robin@example.org", "text": "That helped.", "attempt": str(uuid4()), **more}
    return Visitor().post(f"/articles/{article.slug}/", body, follow=True)


def read(article: Article) -> str:
    return Visitor().get(f"/articles/{article.slug}/").content.decode()


class TestWriting:
    def test_a_draft_is_seen_by_nobody_else(self, cast: Cast) -> None:
        one = write(cast, published=False)
        assert Visitor().get(f"/articles/{one.slug}/").status_code == 404
        assert one.title not in Visitor().get("/articles/").content.decode()

    def test_published_it_is_read_by_everyone_and_taken_back_by_nobody_else(self, cast: Cast, article: Article) -> None:
        assert "<em>talk</em>" in read(article)
        cast.visitor(cast.other_therapist).post(f"/writing/{article.pk}/publish/", {"published": "no"})
        assert "<em>talk</em>" in read(article)
        cast.visitor(cast.therapist).post(f"/writing/{article.pk}/publish/", {"published": "no"})
        assert Visitor().get(f"/articles/{article.slug}/").status_code == 404

    def test_an_empty_article_is_not_published(self, cast: Cast) -> None:
        one = write(cast, text=" ", published=False)
        answer = cast.visitor(cast.therapist).post(f"/writing/{one.pk}/publish/", {"published": "yes"}, follow=True)
        assert "no text yet" in answer.content.decode()

    def test_how_it_looks_is_seen_before_it_is_stored(self, cast: Cast) -> None:
        body = {"title": "New", "text": "**Bold**", "look": "1"}
        assert "<strong>Bold</strong>" in cast.visitor(cast.therapist).post("/writing/new/", body).content.decode()
        assert not Article.objects.exists()

    def test_two_of_the_same_title_have_addresses_of_their_own(self, cast: Cast) -> None:
        assert [write(cast).slug, write(cast).slug] == ["how-a-first-meeting-goes", "how-a-first-meeting-goes-2"]

    def test_a_form_sent_twice_makes_one_article(self, cast: Cast) -> None:
        body = {"title": "Once", "text": "Once.", "attempt": str(uuid4())}
        for _ in range(2):
            cast.visitor(cast.therapist).post("/writing/new/", body)
        assert Article.objects.count() == 1

    def test_the_number_of_a_colleagues_article_does_not_open_it(self, cast: Cast, article: Article) -> None:
        body = {"title": "Stolen", "text": "Stolen.", "attempt": str(article.pk)}
        cast.visitor(cast.other_therapist).post("/writing/new/", body)
        article.refresh_from_db()
        assert article.title == "How a first meeting goes"


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://elsewhere.example/pixel.png)",
    "<a href='https://x.example' onclick='alert(1)'>x</a>",
    "[x](https://a.example \"title' onmouseover='alert(1)\")",
]


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_an_article_runs_or_fetches(text: str) -> None:
    for tag, attributes in Tags(str(writing.html(text))).found:
        assert tag in writing.TAGS
        assert set(attributes) <= {"href", "rel"}
        assert (attributes.get("href") or "https:").startswith(("https:", "http:", "mailto:"))


@pytest.mark.parametrize("text", ["# One\n\n## Two", "## One\n\n### Two", "# One\n\n#### Two"])
def test_a_heading_stands_below_the_pages_own(text: str) -> None:
    """And right below it, whatever marks its writer is used to: no level is left out."""
    assert str(writing.html(text)) == "<h2>One</h2>\n<h3>Two</h3>\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One\n\n---\n\nTwo", "<hr>"),
        ("One\\\nTwo", "One<br>"),
        ("One  \nTwo", "One<br>"),
        ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        ("~~~html\n<b>\n~~~", "<pre><code>&lt;b&gt;\n</code></pre>"),
    ],
)
def test_whatever_markdown_knows_can_be_shown(text: str, wanted: str) -> None:
    assert wanted in writing.html(text)


def test_an_opening_is_plain_text(cast: Cast, article: Article) -> None:
    assert writing.opening("# Rest & play\n\nA <b> is *a tag*, `x < y` is not.") == (
        "Rest & play A <b> is a tag, x < y is not."
    )
    article.text = "Rest & play <script>alert(1)</script>"
    article.save()
    page = Visitor().get("/articles/").content.decode()
    assert "Rest &amp; play &lt;script&gt;" in page
    assert "<script>alert" not in page


class TestComments:
    def test_it_waits_until_somebody_lets_it_through(self, cast: Cast, article: Article) -> None:
        assert "Somebody reads it before it is shown" in say(article).content.decode()
        assert "That helped" not in read(article)
        place, desk = f"/writing/comments/{Comment.objects.get().pk}/", cast.visitor(cast.therapist)
        desk.post(place, {"decision": "show", "reply": "Thank you for writing."})
        assert "That helped" in read(article)
        assert "Thank you for writing." in read(article)
        desk.post(place, {"decision": "refuse"})  # undone
        assert "That helped" not in read(article)

    def test_the_address_is_never_shown_serves_once_and_is_gone(self, cast: Cast, article: Article) -> None:
        say(article)
        one, desk = Comment.objects.get(), cast.visitor(cast.therapist)
        assert "robin@example.org" not in desk.get(f"/writing/comments/{one.pk}/").content.decode()
        desk.post(f"/writing/comments/{one.pk}/", {"decision": "show"})
        assert Comment.objects.get().email == ""
        assert [(notice.kind, notice.address) for notice in Notice.objects.all()] == [("comment", "robin@example.org")]
        assert "robin@" not in read(article)
        assert worker.send_due() == 1
        assert "Your address is deleted with this message" in mail.outbox[0].body
        assert not Notice.objects.exists()

    def test_they_are_off_by_default(self, cast: Cast) -> None:
        one = write(cast, comments_open=False)
        assert "Say something" not in read(one)
        assert "comments are closed here" in say(one).content.decode()
        assert not Comment.objects.exists()

    def test_sent_twice_it_is_kept_once(self, article: Article) -> None:
        attempt = str(uuid4())
        say(article, attempt=attempt)
        say(article, attempt=attempt)
        assert Comment.objects.count() == 1

    def test_what_was_changed_before_it_was_sent_again_is_not_lost(self, cast: Cast, article: Article) -> None:
        attempt = str(uuid4())
        for text in ("Call me Robin.", "Please leave my name out."):
            assert "Thank you" in say(article, attempt=attempt, text=text).content.decode()
        assert [one.text for one in Comment.objects.all()] == ["Call me Robin.", "Please leave my name out."]

    @pytest.mark.parametrize("bad", [{"name": ""}, {"email": "no"}, {"text": ""}, {"website": "spam"}])
    def test_bad_input_is_said_and_what_was_typed_stays(self, article: Article, bad: dict[str, str]) -> None:
        answer = say(article, **{"text": "What I typed", **bad})
        assert answer.status_code == 422
        assert not Comment.objects.exists()
        assert "text" in bad or "What I typed" in answer.content.decode()

    def test_a_flood_does_not_fill_the_house(self, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "MOST_WAITING", 2)
        for _ in range(3):
            last = say(article)
        assert "please come back in some days" in last.content.decode()
        assert Comment.objects.count() == 2

    def test_it_can_be_deleted_for_good(self, cast: Cast, article: Article) -> None:
        say(article)
        cast.visitor(cast.manager).post(f"/writing/comments/{Comment.objects.get().pk}/", {"decision": "delete"})
        assert not Comment.objects.exists()

    def test_what_it_says_is_text(self, cast: Cast, article: Article) -> None:
        say(article, text="<script>alert(1)</script>", name="<b>R</b>")
        actions.decide_comment(asker=of_member(cast.therapist), comment=Comment.objects.get(), show=True)
        assert "<script>alert" not in read(article)
        assert "&lt;b&gt;R" in read(article)

    @pytest.mark.parametrize(
        "reply",
        [
            "See you on Tuesday!",
            "As my client you know",
            "In our last session you said",
            "Our first session was hard, I know",
            "We look at it in your next appointment",
            "Since your own therapy with us",
            "Glad your therapy helps",
        ],
    )
    def test_a_reply_that_shows_who_is_a_client_is_refused(self, reply: str) -> None:
        form = ReplyForm({"reply": reply})
        assert not form.is_valid()
        assert "could show that this person is a client" in str(form.errors)

    def test_a_page_says_that_commenting_may_show_that_one_is_a_client(self, article: Article) -> None:
        assert "it may show that you are or were in therapy" in read(article)
        assert "No one is alerted by what you write here" in read(article)
