"""A manager's side: how requests are handled, who waits, and an assignment with its preview and its undo."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.errors import AccordError, RefusedError
from accord.web.audit.actions import record
from accord.web.design.environment import plural, sentence
from accord.web.fit import actions, assigned, capacity, preview, queries
from accord.web.fit.times_forms import RulesForm
from accord.web.fit.waiting_forms import numbers
from accord.web.people.asker import Request
from accord.web.people.guards import found, only

SHOWN = timedelta(days=30)


@only("manager")
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: Request) -> HttpResponse:
    """What the practice has settled, how much room there is, and how long people wait."""
    practice, now = request.member.practice, timezone.now()
    settled = queries.rules(practice)
    initial = {"reply_days": settled.reply_days, "assigns": settled.assigns}
    form = RulesForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        actions.settle_finding(asker=request.asker, practice=practice, **form.cleaned_data)
        messages.success(request, "Saved. It holds from now on, also for those who wait already.")
        return redirect("finding")
    context = {
        "form": form,
        "settled": settled,
        "figures": capacity.figures(request.asker, now),
        "smallest": capacity.SMALLEST,
        "apart": capacity.APART,
    }
    return render(request, "fit/finding.html", context, status=422 if form.errors else 200)


@only("manager")
@require_safe
def waiting_list(request: Request) -> HttpResponse:
    """Who waits, by number; what was assigned lately."""
    asker, now = request.asker, timezone.now()
    record(asker, "read waiting list")
    context = {
        "waiting": queries.waiting_now(asker, now),
        "suggested": queries.suggested_now(asker, now),
        "places": queries.open_places(asker),
        "settled": queries.rules(request.member.practice),
        "assignments": [assigned.summary(one, now) for one in queries.assignments(asker, now - SHOWN)],
    }
    return render(request, "fit/waiting_list.html", context)


@only("manager")
@require_safe
def preview_assignment(request: Request) -> HttpResponse:
    """Who would go to whom; nothing is stored, and nobody is told."""
    return _preview(request)


def _preview(request: Request, problem: str = "", status: int = 200, changes: Sequence[str] = ()) -> HttpResponse:
    board = queries.board(request.asker, timezone.now())
    record(request.asker, "preview assignment")
    context = {"found": preview.preview(board), "board": board, "problem": problem, "changes": changes}
    return render(request, "fit/preview.html", context, status=status)


@only("manager")
@require_POST
def apply_assignment(request: Request) -> HttpResponse:
    """The pairs that are still ticked. Where anything has changed since, it says what, and shows the pairs anew."""
    stamp, ticked = request.POST.get("stamp", ""), numbers(request.POST)
    try:
        one = actions.apply_assignment(asker=request.asker, stamp=stamp, numbers=ticked)
    except actions.StaleError as error:
        said = f"{sentence(str(error))}. Below are the pairs as they would be now. What has changed"
        return _preview(request, said, 409, error.changes)
    except AccordError as error:
        return _preview(request, sentence(str(error)), 422)
    messages.success(request, f"Assigned: {plural(one.pairs, 'pair')}. The letters go out in a quarter of an hour.")
    return redirect("assignment", one.pk)


@only("manager")
@require_safe
def assignment(request: Request, assignment_id: UUID) -> HttpResponse:
    """What became of its pairs, as far as a manager is to know; and the undo."""
    one = found(queries.assignment(request.asker, assignment_id))
    record(request.asker, "read assignment", one.pk)
    return render(request, "fit/assignment.html", _assigned(one, timezone.now()))


def _assigned(one: Any, now: datetime) -> dict[str, Any]:
    return {"one": assigned.summary(one, now), "pairs": assigned.pairs(one, now)}


@only("manager")
@require_POST
def undo_assignment(request: Request, assignment_id: UUID) -> HttpResponse:
    one = found(queries.assignment(request.asker, assignment_id))
    try:
        done = actions.undo_assignment(asker=request.asker, assignment=one)
        messages.success(request, assigned.undone_in_words(done))
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("assignment", one.pk)
