"""The therapist's side of a course: the course, its plan, its sessions, links, and their own form."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from accord.errors import RefusedError
from accord.fit import SEEKER
from accord.web import wording
from accord.web.alliance import actions, agreed, before, between_reading, forms, gaps, queries, signals
from accord.web.alliance import course as reading
from accord.web.alliance.models import Course, Occasion
from accord.web.audit.actions import record
from accord.web.notices import queries as notices
from accord.web.people import actions as people
from accord.web.people.asker import Asker, Request
from accord.web.people.guards import found, only
from accord.web.safety import queries as safety


def read_course(asker: Asker, course: Course) -> list[reading.Meeting]:
    """The whole course as this asker may see it; the reading is audited once."""
    occasions = queries.occasions(asker, [course]).get(course.pk, [])
    ratings = queries.answers(asker, "own" if "client" in asker else "care", [one.pk for one in occasions])
    record(asker, "read course", course.pk)
    return reading.meetings(occasions, ratings)


def course_page(asker: Asker, one: Course, rows: Sequence[reading.Meeting]) -> dict[str, Any]:
    """What this room knows of a course page; what came of it is added by the room that reads outcomes."""
    seen = before.read(asker, [one], timezone.now())[one.pk]
    return {
        "course": one,
        "rows": list(reversed(rows)),
        "alliance": reading.alliance_chart(rows, usual=partial(signals.usual, seen), more=signals.marks(seen)),
        "seen": seen,
        "things": before.things(seen),
        "aside": queries.laid_aside(asker, [one])[one.pk],
        "names": before.NAMES,
        "gap": gaps.of_course(rows),
        "rated": [wording.measure(name) for name in reading.outcome_measures(rows)],
        "plan": [(wording.measure(item.measure), item) for item in queries.plan(asker, one)],
        "booking": forms.BookSession(),
        "left_out": _left_out(asker, one),
        "agreed": agreed.for_course(asker, one, [row.occasion for row in rows]),
        "flags": queries.open_flags(asker, one),
        "now": timezone.now(),
        "between": between_reading.for_course(asker, one),
        **_standing(asker, one),
    }


def _standing(asker: Asker, one: Course) -> dict[str, Any]:
    """How it began, who stands in, what the therapist before left word of, and whether something is asked later."""
    return {
        "beginning": queries.beginning(asker, one),
        "first_items": SEEKER,
        "covers": queries.covers(asker, [one]).get(one.pk, []),
        "handed_note": queries.handed_note(asker, one),
        "asked_later": any(each.attended == "" for each in queries.follow_ups(asker, one)),
    }


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def new_client(request: Request) -> HttpResponse:
    """Begin a course with a new client."""
    form = forms.NewClient(request.POST or None)
    if request.method == "POST" and form.is_valid():
        client = people.add_client(asker=request.asker, practice=request.asker.home, **form.cleaned_data)
        opened = actions.open_course(asker=request.asker, client=client, therapist=request.member)
        messages.success(request, "Added. The Alliance check-in is planned after each session.")
        return redirect("course", opened.pk)
    return render(request, "alliance/new_client.html", {"form": form}, status=422 if form.errors else 200)


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_client(request: Request, course_id: UUID) -> HttpResponse:
    """The client's address for links."""
    one = found(queries.course(request.asker, course_id))
    form = forms.ClientAddress(request.POST or None, initial={"email": one.client.email})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_address(asker=request.asker, client=one.client, **form.cleaned_data)
            messages.success(request, "The address is changed. What waited for the old one is withdrawn.")
        except RefusedError as error:
            messages.error(request, f"Not changed: {error}.")
        return redirect("course", one.pk)
    return render(
        request, "alliance/edit_client.html", {"form": form, "course": one}, status=422 if form.errors else 200
    )


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: Request, course_id: UUID) -> HttpResponse:
    """What this client is asked, and how often."""
    one = found(queries.course(request.asker, course_id))
    asked = {item.measure: item.every for item in queries.plan(request.asker, one)}
    form = forms.PlanForm(request.POST or None, asked=asked, refused=_refused(one))
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan_measures(asker=request.asker, course=one, wanted=form.wanted())
            messages.success(request, "The plan is changed. It holds from the next booked session on.")
            return redirect("course", one.pk)
        except RefusedError as error:
            form.add_error(None, f"Not changed: {error}.")
    return render(request, "alliance/plan.html", {"course": one, "form": form}, status=422 if form.errors else 200)


def _left_out(asker: Asker, one: Course) -> str:
    """What is planned and yet not asked, in a sentence; nothing where all is asked."""
    refused = _refused(one)
    names = [wording.measure(item.measure).short for item in queries.plan(asker, one) if item.measure in refused]
    return f" {' and '.join(names)} is not asked: the practice's safety plan is not complete." if names else ""


def _refused(one: Course) -> dict[str, str]:
    lacking = ", ".join(safety.missing_for_self_harm_items(one.practice_id))
    why = f"It asks about self-harm. First the practice needs {lacking}."
    return {name: why for name in forms.plannable() if not safety.may_be_asked(wording.measure(name), one.practice_id)}


@only("therapist")
@require_POST
def book_session(request: Request, course_id: UUID) -> HttpResponse:
    one = found(queries.course(request.asker, course_id))
    form = forms.BookSession(request.POST)
    if not form.is_valid():
        messages.error(request, f"Not booked: {form.why()}.")
        return redirect("course", one.pk)
    starts_at = form.starts_at(one.practice.time_zone)
    try:
        session = actions.book_session(asker=request.asker, course=one, starts_at=starts_at)
    except RefusedError as error:
        messages.error(request, f"Not booked: {error}.")
        return redirect("course", one.pk)
    messages.success(request, f"Session {session.number} is booked.{_left_out(request.asker, one)}")
    return redirect("session", session.pk)


@only("therapist")
@require_safe
def session(request: Request, occasion_id: UUID) -> HttpResponse:
    """One session: who came, the two links, both sides' answers."""
    one = found(queries.occasion(request.asker, occasion_id))
    ratings = queries.answers(request.asker, "care", [one.pk]).get(one.pk, [])
    links = queries.check_ins(request.asker, [one.pk]).get(one.pk, [])
    record(request.asker, "read session", one.pk)
    loaded = [(wording.measure(rating.measure), rating) for rating in ratings]
    context = {
        "session": one,
        "ratings": sorted(loaded, key=lambda pair: (pair[1].measure, pair[1].rater)),
        "words": queries.words(request.asker, [one.pk]).get(one.pk, []),
        "links": [(link, queries.link_state(link, timezone.now())) for link in links],
        "rated": any(rating.rater == "therapist" for rating in ratings),
        "choices": forms.ATTENDANCE,
        "begun": bool(one.starts_at and one.starts_at <= timezone.now()),
        "moving": forms.BookSession(initial=_clock_of(one)),
    }
    return render(request, "alliance/session.html", context)


def _clock_of(one: Occasion) -> dict[str, Any]:
    if one.starts_at is None:
        return {}
    there = timezone.localtime(one.starts_at, one.practice.zone)
    return {"day": there.date(), "time": there.time().replace(second=0, microsecond=0)}


@only("therapist")
@require_POST
def move_session(request: Request, occasion_id: UUID) -> HttpResponse:
    one = found(queries.occasion(request.asker, occasion_id))
    form = forms.BookSession(request.POST)
    if not form.is_valid():
        messages.error(request, f"Not moved: {form.why()}.")
        return redirect("session", one.pk)
    try:
        actions.move_session(asker=request.asker, occasion=one, starts_at=form.starts_at(one.practice.time_zone))
        messages.success(request, "The session is moved. Links you have sent stay good.")
    except RefusedError as error:
        messages.error(request, f"Not moved: {error}.")
    return redirect("session", one.pk)


@only("therapist")
@require_POST
def record_attendance(request: Request, occasion_id: UUID) -> HttpResponse:
    one = found(queries.occasion(request.asker, occasion_id))
    noted = forms.attendance_of(request.POST.get("attended", "?"))
    if noted is None:
        messages.error(request, "Nothing changed: choose one of the five.")
        return redirect("session", one.pk)
    attended, by = noted
    try:
        actions.record_attendance(asker=request.asker, occasion=one, attended=attended, cancelled_by=by)
        one.attended, one.cancelled_by = attended, by
        messages.success(request, f"Noted: {one.attendance}. You can change it here.")
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("session", one.pk)


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def rate_session(request: Request, occasion_id: UUID) -> HttpResponse:
    """The therapist's own side, on one page."""
    one = found(queries.occasion(request.asker, occasion_id))
    measure = wording.measure("alliance")
    items = measure.asked(one.number or 1)
    filled = (
        forms.read_page(measure, items, request.POST, "therapist")
        if request.method == "POST"
        else forms.Page(measure, items, {}, {})
    )
    attempt = forms.attempt_of(request.POST.get("attempt"))
    if request.method == "POST" and not filled.errors:
        actions.rate_session(asker=request.asker, occasion=one, items=filled.given, attempt=attempt)
        messages.success(request, "Saved. Your client does not see your side.")
        return redirect("session", one.pk)
    context = {"session": one, "filled": filled, "attempt": attempt}
    return render(request, "alliance/rate.html", context, status=422 if filled.errors else 200)


@only("therapist")
@require_safe
def check_in_link(request: Request, check_in_id: UUID) -> HttpResponse:
    """Copy the link, show it as a QR code, or send it."""
    one = found(queries.check_in(request.asker, check_in_id))
    address = settings.ORIGIN + queries.link_path(one)
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr-code", lineclass=None)
    context = {
        "check_in": one,
        "state": queries.link_state(one, timezone.now()),
        "address": address,
        "qr": Markup(drawn),
        "opens_at": queries.opens_at(one),
        "sent_at": notices.already_sent(f"check-in:{one.pk}"),
        "waiting": notices.waiting(f"check-in:{one.pk}"),
        "titles": [wording.measure(name).title for name in one.measures],
    }
    return render(request, "alliance/check_in_link.html", context)


@only("therapist")
@require_POST
def send_link(request: Request, check_in_id: UUID) -> HttpResponse:
    one = found(queries.check_in(request.asker, check_in_id))
    try:
        actions.send_link(asker=request.asker, check_in=one)
        messages.success(request, "The link is on its way. The message does not say what it is about.")
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("check_in_link", one.pk)


@only("therapist")
@require_POST
def renew_link(request: Request, check_in_id: UUID) -> HttpResponse:
    one = found(queries.check_in(request.asker, check_in_id))
    actions.renew_link(asker=request.asker, check_in=one)
    messages.success(request, "This is a new link. The old one no longer opens.")
    return redirect("check_in_link", one.pk)
