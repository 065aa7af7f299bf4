"""A therapist's pages of one course with what came of it: the course, before a session, the problem-finder."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.web.alliance import before, queries
from accord.web.alliance.before_views import before_page
from accord.web.alliance.course import Meeting
from accord.web.alliance.forms import attempt_of
from accord.web.alliance.models import Course
from accord.web.alliance.views import course_page, read_course
from accord.web.audit.actions import record
from accord.web.outcome import actions, drawn, finding, looks
from accord.web.outcome.forms import AsideForm, FinderForm
from accord.web.outcome.looks import Insight, Look
from accord.web.outcome.models import COURSE, LEAVING
from accord.web.people.asker import Asker, Request
from accord.web.people.guards import found, only


def insight_of(asker: Asker, one: Course, rows: Sequence[Meeting]) -> Insight:
    return looks.insights(asker, [one], {one.pk: rows})[one.pk]


@only("therapist")
@require_safe
def course(request: Request, course_id: UUID) -> HttpResponse:
    """One client's course: the charts, how far they have come, the sessions, what is asked."""
    one = found(queries.course(request.asker, course_id))
    rows = read_course(request.asker, one)
    insight = insight_of(request.asker, one, rows)
    context = {"outcomes": drawn.outcomes(rows, insight), "insight": insight, "attempt": attempt_of(None)}
    return render(request, "outcome/course.html", {**course_page(request.asker, one, rows), **context})


@only("therapist")
@require_safe
def before_session(request: Request, course_id: UUID) -> HttpResponse:
    """What changed and why it is flagged, what was agreed and decided, one next step and the words to open it."""
    one, now = found(queries.course(request.asker, course_id)), timezone.now()
    seen = before.read(request.asker, [one], now)[one.pk]
    record(request.asker, "read before session", one.pk)
    insight = insight_of(request.asker, one, seen.meetings)
    lines = _lines(insight)
    context = {**before_page(request.asker, one, seen, now, lines), "insight": insight, "attempt": attempt_of(None)}
    return render(request, "outcome/before.html", context)


def _lines(insight: Insight) -> list[str]:
    """For the record: that it is worth a look, why, and what was decided. Who may stop coming stays out of records."""
    look = insight.look
    if look is None or look.aside:
        return []
    said = f"Not on track: worth a look. {look.reason}."
    return [said, f"Decided: {look.decision.line}"] if look.decision else [said]


def _look(request: Request, course_id: UUID) -> tuple[Course, Look]:
    """The course and why it is worth a look; where it is not, there is nothing here."""
    one = found(queries.course(request.asker, course_id))
    seen = before.read(request.asker, [one], timezone.now())[one.pk]
    return one, found(insight_of(request.asker, one, seen.meetings).look)


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def finder(request: Request, course_id: UUID) -> HttpResponse:
    """What may stand behind it: asked only where a course is worth a look. What is decided can be changed."""
    one, look = _look(request, course_id)
    form = FinderForm(request.POST if request.method == "POST" else None, initial=_before(look))
    attempt = attempt_of(request.POST.get("attempt"))
    if request.method == "POST" and form.is_valid():
        given = form.decided()
        actions.decide(asker=request.asker, course=one, since=look.since, what=COURSE, attempt=attempt, **given)
        messages.success(request, "Kept. It stands on the course and before the next session, and you can change it.")
        return redirect("course", one.pk)
    record(request.asker, "read problem-finder", one.pk)
    context = {"course": one, "look": look, "form": form, "attempt": attempt, "areas": finding.AREAS}
    context["evidence"] = finding.EVIDENCE
    return render(request, "outcome/finder.html", context, status=422 if form.errors else 200)


def _before(look: Look) -> dict[str, object]:
    """What was decided last for this stretch, to be changed."""
    if look.decision is None or look.aside:
        return {}
    row = look.decision.row
    return {**row.answers, "asked": row.asked, "steps": row.steps, "note": row.note}


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def look_aside(request: Request, course_id: UUID) -> HttpResponse:
    """Say why a course needs no look now; it does not come back for the same stretch."""
    one, look = _look(request, course_id)
    form = AsideForm(request.POST if request.method == "POST" else None)
    attempt = attempt_of(request.POST.get("attempt"))
    if request.method == "POST" and form.is_valid():
        given = {"attempt": attempt, **form.cleaned_data}
        actions.lay_aside(asker=request.asker, course=one, since=look.since, what=COURSE, **given)
        messages.success(request, "Laid aside. It does not come back while this goes on; you can take it up again.")
        return redirect("course", one.pk)
    context = {"course": one, "look": look, "form": form, "attempt": attempt}
    return render(request, "outcome/aside.html", context, status=422 if form.errors else 200)


@only("therapist")
@require_POST
def look_back(request: Request, course_id: UUID) -> HttpResponse:
    """Undo laying it aside."""
    one, look = _look(request, course_id)
    attempt = attempt_of(request.POST.get("attempt"))
    if look.aside:
        actions.take_up_again(asker=request.asker, course=one, since=look.since, what=COURSE, attempt=attempt)
        messages.success(request, "It is worth a look again.")
    return redirect("course", one.pk)


@only("therapist")
@require_POST
def reached(request: Request, course_id: UUID) -> HttpResponse:
    """Reached out, or no need to: it does not come back before the next session."""
    one = found(queries.course(request.asker, course_id))
    seen = before.read(request.asker, [one], timezone.now())[one.pk]
    reach = found(insight_of(request.asker, one, seen.meetings).reach)
    attempt = attempt_of(request.POST.get("attempt"))
    actions.decide(asker=request.asker, course=one, since=reach.since, what=LEAVING, attempt=attempt)
    messages.success(request, "Noted. It may come back after the next session.")
    return redirect("course", one.pk)
