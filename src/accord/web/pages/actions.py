"""The only writers of articles and comments."""

from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accord.errors import RefusedError
from accord.web.audit.actions import record
from accord.web.notices import actions as notices
from accord.web.pages.models import Article, Comment
from accord.web.people.asker import STRANGER, Asker

MOST_WAITING = 50


@transaction.atomic
def write_article(
    *, asker: Asker, article: Article | None, title: str, text: str, comments_open: bool, attempt: UUID
) -> Article:
    """A new article, or another wording of one. Its address stays as it was first; a form sent twice makes one."""
    one = article or Article.objects.filter(pk=attempt, author=asker.me).first()
    if one is None:
        key = uuid4() if Article.objects.filter(pk=attempt).exists() else attempt  # somebody else's stays theirs
        one = Article(pk=key, practice_id=asker.home, author_id=asker.me, slug=_free_slug(title))
    one.title, one.text, one.comments_open = title, text, comments_open
    one.save()
    record(asker, "write article", one.pk)
    return one


def _free_slug(title: str) -> str:
    wanted = slugify(title)[:70] or "article"
    taken = set(Article.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)


@transaction.atomic
def publish_article(*, asker: Asker, article: Article, published: bool) -> None:
    """Show it to everyone, or take it back."""
    if published and not article.text.strip():
        raise RefusedError("this article has no text yet")
    article.published_at = (article.published_at or timezone.now()) if published else None
    article.save()
    record(asker, "publish article" if published else "withdraw article", article.pk)


@transaction.atomic
def say_comment(*, article: Article, name: str, email: str, text: str, attempt: UUID) -> Comment:
    """Keep a reader's comment until somebody looks at it. Sent twice it is kept once; changed since, it is another."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    if before := Comment.objects.filter(attempt=attempt).first():
        if (before.article_id, before.name, before.text) == (article.pk, name, text):
            return before
        attempt = uuid4()
    if not article.comments_open or article.published_at is None:
        raise RefusedError("comments are closed here")
    if Comment.objects.filter(article=article, state=Comment.WAITING).count() >= MOST_WAITING:
        raise RefusedError("many comments are waiting to be read; please come back in some days")
    said = Comment(practice_id=article.practice_id, article=article, name=name, email=email, text=text, attempt=attempt)
    said.save(force_insert=True)
    record(STRANGER, "say comment", said.pk, practice=article.practice_id)
    return said


@transaction.atomic
def decide_comment(*, asker: Asker, comment: Comment, show: bool, reply: str = "") -> None:
    """Let it through, with a reply or without, or not. The writer's address has served then, and is gone."""
    comment = Comment.objects.select_for_update().select_related("article").get(pk=comment.pk)
    if show and comment.email:
        path = f"/articles/{comment.article.slug}/"
        notices.write(practice=comment.practice_id, kind="comment", address=comment.email, path=path)
    comment.state = Comment.SHOWN if show else Comment.REFUSED
    comment.reply, comment.email, comment.decided_at = reply if show else "", "", timezone.now()
    comment.save()
    record(asker, "show comment" if show else "refuse comment", comment.pk)


@transaction.atomic
def delete_comment(*, asker: Asker, comment: Comment) -> None:
    """Gone for good: whoever wrote it asked for that."""
    record(asker, "delete comment", comment.pk)
    Comment.objects.filter(pk=comment.pk).delete()
