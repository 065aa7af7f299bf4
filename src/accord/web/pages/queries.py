"""Who may read which article: everyone what is published, its practice's writers the rest."""

from uuid import UUID

from django.db.models import QuerySet

from accord.web.pages.models import Article, Comment
from accord.web.people.asker import Asker

WRITERS = frozenset({"therapist", "manager"})


def published() -> list[Article]:
    """Everything that is published, the newest first."""
    return list(Article.objects.exclude(published_at=None).select_related("author", "practice"))


def published_article(slug: str) -> Article | None:
    return Article.objects.exclude(published_at=None).select_related("author", "practice").filter(slug=slug).first()


def articles(asker: Asker) -> list[Article]:
    """A writer's own, published or not; a manager sees the practice's."""
    if not asker.roles & WRITERS:
        return []
    found = Article.objects.filter(practice=asker.practice).select_related("author", "practice")
    return list(found if "manager" in asker else found.filter(author=asker.who))


def article(asker: Asker, article_id: UUID) -> Article | None:
    return next((one for one in articles(asker) if one.pk == article_id), None)


def shown_comments(one: Article) -> list[Comment]:
    """What was let through, in order of time; after comments were closed they stay."""
    return list(Comment.objects.filter(article=one, state=Comment.SHOWN))


def waiting_comments(asker: Asker) -> list[Comment]:
    """What waits for somebody's yes or no."""
    return list(_of(asker).filter(state=Comment.WAITING))


def decided_comments(asker: Asker) -> list[Comment]:
    """What was decided last, so that it can be undone."""
    return list(_of(asker).exclude(state=Comment.WAITING).order_by("-decided_at")[:20])


def comment(asker: Asker, comment_id: UUID) -> Comment | None:
    return _of(asker).filter(pk=comment_id).first()


def _of(asker: Asker) -> "QuerySet[Comment]":
    ids = [one.pk for one in articles(asker)]
    return Comment.objects.filter(article__in=ids).select_related("article", "practice")
