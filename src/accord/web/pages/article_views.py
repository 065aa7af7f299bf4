"""Articles: read by everyone, written by a practice; comments, each let through by hand."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.errors import RefusedError
from accord.web.pages import actions, forms, queries, writing
from accord.web.pages.models import Article
from accord.web.people.asker import Request
from accord.web.people.forms import attempt_of
from accord.web.people.guards import found, only
from accord.web.safety import queries as safety


@require_safe
def articles(request: Request) -> HttpResponse:
    """What the practices here have published."""
    shown = [(one, writing.opening(one.text)) for one in queries.published()]
    return render(request, "pages/articles.html", {"articles": shown, "help": safety.help_for(None)})


@require_http_methods(["GET", "HEAD", "POST"])
def article(request: Request, slug: str) -> HttpResponse:
    """One article, its comments, and a form where comments are open."""
    one = found(queries.published_article(slug))
    form = forms.CommentForm(request.POST) if request.method == "POST" else forms.CommentForm()
    if request.method == "POST" and form.is_valid() and _comment(request, one, form):
        messages.success(request, "Thank you. Somebody reads it before it is shown; that can take some days.")
        return redirect("article", one.slug)
    context = {
        "article": one,
        "html": writing.html(one.text),
        "comments": queries.shown_comments(one),
        "form": form,
        "attempt": attempt_of(request.POST.get("attempt")),
        "help": safety.help_for(one.practice),
    }
    return render(request, "pages/article.html", context, status=422 if form.errors else 200)


def _comment(request: Request, one: Article, form: forms.CommentForm) -> bool:
    said = {name: form.cleaned_data[name] for name in ("name", "email", "text")}
    try:
        actions.say_comment(article=one, attempt=attempt_of(request.POST.get("attempt")), **said)
    except RefusedError as error:
        form.add_error(None, str(error))
        return False
    return True


@only("therapist", "manager")
@require_safe
def writings(request: Request) -> HttpResponse:
    """A writer's desk: articles, and the comments that wait."""
    context = {
        "articles": queries.articles(request.asker),
        "waiting": queries.waiting_comments(request.asker),
        "decided": queries.decided_comments(request.asker),
    }
    return render(request, "pages/writings.html", context)


@only("therapist", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def new_article(request: Request) -> HttpResponse:
    return _write(request, None)


@only("therapist", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_article(request: Request, article_id: UUID) -> HttpResponse:
    return _write(request, found(queries.article(request.asker, article_id)))


def _write(request: Request, one: Article | None) -> HttpResponse:
    """Write, see how it looks, save; publishing is a step of its own."""
    initial = {name: getattr(one, name) for name in ("title", "text", "comments_open")} if one else {}
    form = forms.ArticleForm(request.POST if request.method == "POST" else None, initial=initial)
    attempt = attempt_of(request.POST.get("attempt"))
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        one = actions.write_article(asker=request.asker, article=one, attempt=attempt, **form.cleaned_data)
        messages.success(
            request, "Saved. " + ("Everyone can read it." if one.published_at else "Nobody else sees it yet.")
        )
        return redirect("edit_article", one.pk)
    text = form.cleaned_data["text"] if form.is_bound and form.is_valid() else one.text if one else ""
    context = {"article": one, "form": form, "attempt": attempt, "look": writing.html(text)}
    return render(request, "pages/write.html", context, status=422 if form.errors else 200)


@only("therapist", "manager")
@require_POST
def publish_article(request: Request, article_id: UUID) -> HttpResponse:
    """Publish, or take back."""
    one = found(queries.article(request.asker, article_id))
    try:
        actions.publish_article(asker=request.asker, article=one, published=request.POST.get("published") == "yes")
        messages.success(request, "Everyone can read it now." if one.published_at else "It is taken back.")
    except RefusedError as error:
        messages.error(request, f"Not published: {error}.")
    return redirect("edit_article", one.pk)


@only("therapist", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: Request, comment_id: UUID) -> HttpResponse:
    """Let a comment through or not, or delete it."""
    one = found(queries.comment(request.asker, comment_id))
    form = forms.ReplyForm(request.POST if request.method == "POST" else None, initial={"reply": one.reply})
    if request.method == "POST" and request.POST.get("decision") == "delete":
        actions.delete_comment(asker=request.asker, comment=one)
        messages.success(request, "Deleted for good.")
        return redirect("writings")
    if request.method == "POST" and form.is_valid():
        show = request.POST.get("decision") == "show"
        actions.decide_comment(asker=request.asker, comment=one, show=show, reply=form.cleaned_data["reply"])
        messages.success(request, "It is shown now." if show else "It is not shown. You can change that below.")
        return redirect("writings")
    return render(request, "pages/comment.html", {"comment": one, "form": form}, status=422 if form.errors else 200)
