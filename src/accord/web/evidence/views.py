"""Releases for those who see them; making, hiding and showing one for a manager."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.errors import AccordError
from accord.web.audit.actions import record
from accord.web.design.environment import sentence
from accord.web.evidence import actions, contents, drawn, gathering, preview, queries
from accord.web.evidence.forms import HideForm, ReleaseForm
from accord.web.evidence.models import Release
from accord.web.people.asker import Request
from accord.web.people.guards import found, only

KINDS = {"html": "text/html", "json": "application/json"}


@only("manager", "therapist", "researcher")
@require_safe
def releases(request: Request) -> HttpResponse:
    """What was frozen so far, and for a manager the way to freeze another."""
    asker = request.asker
    context = {
        "releases": queries.releases(asker),
        "labels": contents.LABELS,
        "who": contents.WHO,
        "quarters": gathering.quarters(asker, asker.home, request.member.practice.today),
    }
    return render(request, "evidence/releases.html", context)


@only("manager")
@require_safe
def new_release(request: Request) -> HttpResponse:
    """The form, and what would be in it; nothing is stored."""
    return _form(request)


def _form(request: Request, given: Any = None, problem: str = "", status: int = 200) -> HttpResponse:
    asker, practice = request.asker, request.member.practice
    quarters = gathering.quarters(asker, practice.pk, practice.today)
    if not quarters:
        return render(request, "evidence/new.html", {"form": None, "seen": None})
    sent = given or (request.GET if "purpose" in request.GET else None)
    form = ReleaseForm(sent, quarters=quarters)
    seen = None
    if not problem and form.is_valid():
        seen = preview.look(asker, practice, form.wanted(), contents.describe)
    context: dict[str, Any] = {"form": form, "seen": seen, "problem": problem, "attempt": uuid4(), "yes": _yes(request)}
    context["who"] = contents.WHO
    return render(request, "evidence/new.html", context, status=422 if form.errors else status)


def _yes(request: Request) -> int:
    """How many said yes to research; the page tells tens, or fewer than ten."""
    return len(queries.consenting(request.asker, request.asker.home))


@only("manager")
@require_POST
def freeze_release(request: Request) -> HttpResponse:
    """Freeze what was looked at. Pressed twice, one is frozen."""
    practice = request.member.practice
    quarters = gathering.quarters(request.asker, practice.pk, practice.today)
    form = ReleaseForm(request.POST, quarters=quarters) if quarters else None
    attempt = _uuid(request.POST.get("attempt", ""))
    if form is None or not form.is_valid() or attempt is None:
        return _form(request, request.POST, status=422)
    wanted = form.wanted()
    if preview.too_large(request.asker, practice, wanted):
        return _form(request, request.POST)
    try:
        given: dict[str, Any] = {"wanted": wanted, "attempt": attempt, "describing": contents.describe}
        one = actions.freeze(asker=request.asker, practice=practice, **given)
    except AccordError as error:
        return _form(request, request.POST, sentence(str(error)), 422)
    messages.success(request, "Frozen. It stays as it is now.")
    return redirect("release", one.pk)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@only("manager", "therapist", "researcher")
@require_safe
def release(request: Request, release_id: UUID) -> HttpResponse:
    """One release, as it was frozen; whether it still is is looked at each time."""
    one = found(queries.release(request.asker, release_id))
    record(request.asker, "read release", one.pk)
    return _page(request, one)


def _page(request: Request, one: Release, form: HideForm | None = None) -> HttpResponse:
    report = queries.report_of(one)
    context = {
        "release": one,
        "report": drawn.shown(report) if report else None,
        "label": contents.LABELS[one.purpose],
        "who": contents.WHO,
        "form": form or HideForm(),
    }
    status = 422 if form else 200 if report else 409
    return render(request, "evidence/release.html", context, status=status)


@only("manager", "therapist", "researcher")
@require_safe
def release_file(request: Request, release_id: UUID, kind: str) -> HttpResponse:
    """The same to take along: one page that needs nothing else, or the frozen text to the letter."""
    one = found(queries.release(request.asker, release_id))
    mime = found(KINDS.get(kind))
    text = queries.text_of(one)
    if text is None:
        return _page(request, one)
    record(request.asker, "take release file", one.pk)
    body = text if kind == "json" else contents.page(queries.report_of(one) or {})
    response = HttpResponse(body, content_type=f"{mime}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="release-{one.number}-{one.made_on}.{kind}"'
    return response


@only("manager")
@require_POST
def turn_release(request: Request, release_id: UUID) -> HttpResponse:
    """Out of everybody's sight, with a reason; or shown again."""
    one = found(queries.release(request.asker, release_id))
    if request.POST.get("turn") == "show":
        actions.show(asker=request.asker, release=one)
        messages.success(request, "Shown again to those it names.")
        return redirect("release", one.pk)
    form = HideForm(request.POST)
    if not form.is_valid():
        return _page(request, one, form)
    actions.hide(asker=request.asker, release=one, why=form.cleaned_data["why"])
    messages.success(request, "Out of sight: only the practice’s managers find it now. You can show it again.")
    return redirect("release", one.pk)
