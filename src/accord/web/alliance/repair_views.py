"""Repair: a signal, a talk about it, what was tried, and both sides' word on whether it feels mended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accord.alliance import SHOWED
from accord.web.alliance import actions, before, forms, queries
from accord.web.alliance.course import ALLIANCE
from accord.web.alliance.models import Course, Occasion, Repair
from accord.web.alliance.repair_forms import ABOUT, TRIED, TalkForm, said
from accord.web.audit.actions import record
from accord.web.people.asker import Request
from accord.web.people.guards import found, only
from accord.web.people.models import Practice


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def talked(request: Request, course_id: UUID) -> HttpResponse:
    """We talked about it: opens the repair and notes the talk in one go; without a session, no score had shown it."""
    one = found(queries.course(request.asker, course_id))
    since = _since(request, one)
    form = _talk_form(request, one.practice)
    if request.method == "POST" and form.is_valid():
        attempt = forms.attempt_of(request.POST.get("attempt"))
        with transaction.atomic():
            repair = queries.repair_of_talk(request.asker, attempt) or actions.open_repair(
                asker=request.asker, course=one, since=since
            )
            actions.note_talk(asker=request.asker, repair=repair, attempt=attempt, **form.cleaned_data)
        messages.success(request, "Noted. It is on your desk until it is mended.")
        return redirect("repair", repair.pk)
    context = {"course": one, "since": since, "form": form, "attempt": forms.attempt_of(request.POST.get("attempt"))}
    return render(request, "alliance/talked.html", context, status=422 if form.errors else 200)


def _talk_form(request: Request, practice: Practice) -> TalkForm:
    today = timezone.localtime(timezone.now(), practice.zone).date()
    return TalkForm(request.POST if request.method == "POST" else None, today=today)


def _since(request: Request, one: Course) -> Occasion | None:
    """The session named in the address, if it is one of this course."""
    named = request.POST.get("since") or request.GET.get("since")
    every = queries.occasions(request.asker, [one]).get(one.pk, [])
    return found(next((each for each in every if str(each.pk) == named), None)) if named else None


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def repair(request: Request, repair_id: UUID) -> HttpResponse:
    """How it stands, from the signal to the last word; another talk can be added."""
    one = found(queries.repair(request.asker, repair_id))
    form = _talk_form(request, one.course.practice)
    if request.method == "POST" and form.is_valid():
        attempt = forms.attempt_of(request.POST.get("attempt"))
        actions.note_talk(asker=request.asker, repair=one, attempt=attempt, **form.cleaned_data)
        messages.success(request, "Noted.")
        return redirect("repair", one.pk)
    record(request.asker, "read repair", one.pk)
    context = {**_told(request, one), "form": form, "attempt": forms.attempt_of(request.POST.get("attempt"))}
    return render(request, "alliance/repair.html", context, status=422 if form.errors else 200)


def _told(request: Request, one: Repair) -> dict[str, Any]:
    """The repair from its beginning on: talks, the ratings since, both sides' words."""
    seen = before.read(request.asker, [one.course], timezone.now())[one.course.pk]
    standing = next(each.standing for each in seen.repairs if each.repair.pk == one.pk)
    begun = one.session
    signals = [signal.reason for each in seen.readings if each.session == begun for signal in each.signals]
    later = [row for row in seen.meetings if _is_after(row.occasion, one) and row.rating(ALLIANCE, "client")]
    return {
        "repair": one,
        "standing": standing,
        "signals": signals,
        "talks": [(talk, said(ABOUT, talk.about), said(TRIED, talk.tried)) for talk in one.talks.order_by("talked_on")],
        "showed": SHOWED,
        "later": later,
        "words": {by: queries.word_of(one, by) for by in ("client", "therapist")},
    }


def _is_after(occasion: Occasion, one: Repair) -> bool:
    if one.session is not None:
        return bool(occasion.number and occasion.number > one.session)
    return bool(occasion.held_on and occasion.held_on >= one.opened_at.date())


@only("therapist")
@require_POST
def call_mended(request: Request, repair_id: UUID) -> HttpResponse:
    """The therapist's own word; it stands beside the client's and never in its place."""
    one = found(queries.repair(request.asker, repair_id))
    mended = request.POST.get("mended") == "yes"
    actions.declare(asker=request.asker, repair=one, mended=mended)
    messages.success(
        request, "Noted as your word. The client’s own counts more." if mended else "It is open again on your desk."
    )
    return redirect("repair", one.pk)
