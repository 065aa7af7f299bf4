"""How a course ends, for its therapist and for its client."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accord.errors import RefusedError
from accord.web import wording
from accord.web.alliance import actions, ending_forms, queries
from accord.web.alliance.models import Course
from accord.web.people.asker import Asker, Request
from accord.web.people.guards import found, only
from accord.web.safety import queries as safety


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def end_course(request: Request, course_id: UUID) -> HttpResponse:
    """End it together, write down more of it later, or take the end back."""
    one = found(queries.course(request.asker, course_id))
    if "reopen" in request.POST:
        return _reopen(request, one)
    before, asks = queries.ending(request.asker, one), queries.follow_up_measures(one)
    shown = {"how": before.how, "review": before.review, "noted": before.noted} if before else {}
    initial = {**shown, "follow_ups": list(before.follow_ups) if before else []}
    can_ask = bool(asks and one.client.email) and queries.last_of(one) == one
    form = ending_forms.EndForm(request.POST or None, can_ask=can_ask, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.end_course(asker=request.asker, course=one, **form.cleaned_data)
        messages.success(request, "Saved." if one.ended_on else "The course has ended. You can reopen it here.")
        return redirect("end_course", one.pk)
    context = {"course": one, "form": form, "ending": before, "asks": [wording.measure(name).title for name in asks]}
    context |= _state(request.asker, one)
    return render(request, "alliance/end.html", context, status=422 if form.errors else 200)


def _reopen(request: Request, one: Course) -> HttpResponse:
    try:
        actions.reopen_course(asker=request.asker, course=one)
        messages.success(request, "The course is open again, with what its end had called off.")
    except RefusedError as error:
        messages.error(request, f"Not reopened: {error}.")
        return redirect("end_course", one.pk)
    return redirect("course", one.pk)


def _state(asker: Asker, one: Course) -> dict[str, object]:
    after = queries.last_of(one)
    return {
        "goes_on": after if after != one else None,
        "follow_ups": [each for each in queries.follow_ups(asker, one) if _shown(each.attended, each.cancelled_by)],
        "would_end": queries.would_end(asker, one, timezone.now()),
        "now": timezone.now(),
    }


def _shown(attended: str, cancelled_by: str) -> bool:
    """What an earlier ending had planned and a reopening withdrew concerns nobody any more."""
    return (attended, cancelled_by) != ("cancelled", "therapist")


@only("client")
@require_http_methods(["GET", "HEAD", "POST"])
def my_ending(request: Request, course_id: UUID) -> HttpResponse:
    """How it ended, what the two wrote, what I take with me, and what is asked later."""
    one = found(queries.course(request.asker, course_id))
    found(one.ended_on)
    if "asking" in request.POST:
        return _stop_asking(request, one)
    ending = queries.ending(request.asker, one)
    initial = {"taken": ending.taken, "kept": ending.kept} if ending else {}
    form = ending_forms.TakenForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.take_along(asker=request.asker, course=one, **form.cleaned_data)
        kept = form.cleaned_data["kept"]
        messages.success(request, "Saved, for you alone." if kept else "Saved. Your therapist can read it.")
        return redirect("my_ending", one.pk)
    context = {"course": one, "form": form, "ending": ending, "help": safety.help_for(one.practice)}
    context |= _state(request.asker, one) | {"how": queries.how_it_ended(request.asker, one)}
    return render(request, "alliance/my_ending.html", context, status=422 if form.errors else 200)


def _stop_asking(request: Request, one: Course) -> HttpResponse:
    stopped = request.POST["asking"] == "stop"
    actions.stop_asking(asker=request.asker, course=one, stopped=stopped)
    messages.success(request, "You will not be asked any more." if stopped else "You will be asked as agreed.")
    return redirect("my_ending", one.pk)
