"""Before you go in: one page a client. Laying a signal aside, and the therapist's own view of their gap."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.alliance import SHOWED
from accord.web.alliance import actions, agreed, before, between_reading, gaps, queries, signals
from accord.web.alliance import course as reading
from accord.web.alliance.models import Course
from accord.web.alliance.repair_forms import LayAsideForm
from accord.web.alliance.signals import Sight
from accord.web.audit.actions import record
from accord.web.people.asker import Asker, Request
from accord.web.people.guards import found, only


def before_page(asker: Asker, one: Course, seen: Sight, now: datetime, more: Sequence[str] = ()) -> dict[str, Any]:
    """What changed and why it is flagged, what was agreed, what is open, one next step and the words to open it.

    `more`: lines for the record from whoever shows the page and knows more of the course.
    """
    things = before.things(seen)
    agreement = agreed.for_course(asker, one, [row.occasion for row in seen.meetings], going_in=True)
    between = between_reading.for_course(asker, one, now)
    today = timezone.localtime(now, one.practice.zone).date()
    return {
        "course": one,
        "seen": seen,
        "things": things,
        "sides": signals.sides(seen),
        "showed": SHOWED,
        "chart": reading.alliance_chart(seen.meetings, usual=partial(signals.usual, seen), more=signals.marks(seen)),
        "outcomes": reading.latest_outcomes(seen.meetings),
        "flags": queries.open_flags(asker, one),
        "text": before.as_text(one, seen, things, [*more, *before.lines(agreement, between)], today),
        "agreed": agreement,
        "between": between,
        "words": before.latest_words(asker, seen),
        "now": now,
    }


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def lay_aside(request: Request, occasion_id: UUID, what: str) -> HttpResponse:
    """Say why a signal needs no talk; it does not come back for the same drop."""
    occasion = found(queries.occasion(request.asker, occasion_id))
    thing = found(before.thing(request.asker, occasion, what, timezone.now()))
    form = LayAsideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.lay_aside(asker=request.asker, course=occasion.course, since=occasion, what=what, **form.cleaned_data)
        messages.success(
            request, "Laid aside; it does not come back for the same drop. Below you can take it up again."
        )
        return redirect("course", occasion.course_id)
    context = {"session": occasion, "form": form, "thing": thing}
    return render(request, "alliance/lay_aside.html", context, status=422 if form.errors else 200)


@only("therapist")
@require_POST
def take_up_again(request: Request, dismissal_id: UUID) -> HttpResponse:
    """Undo: the signal is back."""
    laid = found(queries.dismissal(request.asker, dismissal_id))
    actions.take_up_again(asker=request.asker, laid=laid)
    messages.success(request, "It is back among what to ask about.")
    return redirect("course", laid.course_id)


@only("therapist")
@require_safe
def my_view(request: Request) -> HttpResponse:
    """How this therapist's own ratings lie beside their clients'. Nobody else has this page."""
    shown = gaps.of_therapist(request.asker)
    record(request.asker, "read own gap", request.member.pk)
    return render(request, "alliance/my_view.html", {"gap": shown})
