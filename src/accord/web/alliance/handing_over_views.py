"""A therapist is away, hands a course over, or leaves; and a manager for somebody who left."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accord.errors import RefusedError
from accord.web.alliance import actions, ending_forms, queries
from accord.web.alliance.models import Course, Cover
from accord.web.fit import actions as fit
from accord.web.notices import actions as notices
from accord.web.people import actions as people
from accord.web.people import queries as people_queries
from accord.web.people.asker import Asker, Request
from accord.web.people.guards import found, only
from accord.web.people.models import Member


def _group(one: Cover) -> tuple[object, ...]:
    return one.since, one.until, one.member_id


def _groups(covers: Iterable[Cover]) -> list[list[Cover]]:
    """Courses that the same colleague looks after on the same days stand together."""
    return [list(group) for _, group in groupby(covers, key=_group)]


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: Request) -> HttpResponse:
    """A leave: a colleague looks after some or all of my clients, from one day to another."""
    asker, today = request.asker, request.member.practice.today
    if "end" in request.POST:
        return _end_covers(request)
    form = ending_forms.AwayForm(
        request.POST or None,
        colleagues=people_queries.fellow_therapists(asker, but=asker.me),
        courses=queries.led_by(asker),
        today=today,
    )
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        days = {"since": clean["since"], "until": clean["until"]}
        actions.look_after(asker=asker, courses=clean["courses"], member=clean["to"], **days)
        messages.success(request, f"Arranged: {clean['to'].name} looks after them. You can end it here.")
        return redirect("away")
    groups = _groups(queries.own_covers(asker))
    context = {"form": form, "groups": groups, "today": today}
    return render(request, "alliance/away.html", context, status=422 if form.errors else 200)


def _end_covers(request: Request) -> HttpResponse:
    chosen = request.POST.getlist("end")
    covers = [one for one in queries.own_covers(request.asker) if str(one.pk) in chosen]
    actions.end_covers(asker=request.asker, covers=covers)
    said = "Ended. You look after them yourself again." if covers else "Nothing to end: it is over already."
    messages.success(request, said)
    return redirect("away")


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: Request, course_id: UUID) -> HttpResponse:
    """One course, for good. A colleague who stands in does not hand it on."""
    asker = request.asker
    one = found(next((each for each in queries.led(asker) if each.pk == course_id), None))
    colleagues = people_queries.fellow_therapists(asker, but=asker.me)
    form = ending_forms.HandOverForm(request.POST or None, colleagues=colleagues)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_over(asker=asker, course=one, **form.cleaned_data)
            messages.success(request, f"{one.client.name} goes on with {form.cleaned_data['to'].name}.")
            return redirect("end_course", one.pk)
        except RefusedError as error:
            form.add_error(None, f"Not handed over: {error}.")
    context = {"course": one, "form": form, **_what_moves(asker, one)}
    return render(request, "alliance/hand_over.html", context, status=422 if form.errors else 200)


def _what_moves(asker: Asker, one: Course) -> dict[str, object]:
    return {
        "sessions": queries.coming_sessions(one, timezone.now()),
        "repairs": len(queries.open_repairs(one)),
        "flags": len(queries.open_flags(asker, one)),
    }


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: Request) -> HttpResponse:
    """All my clients go on with colleagues: now, or after my last day."""
    asker, courses = request.asker, queries.led_by(request.asker)
    colleagues = people_queries.fellow_therapists(asker, but=asker.me)
    today = request.member.practice.today
    form = ending_forms.LeavingForm(request.POST or None, colleagues=colleagues, courses=courses, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _leave(request, form))
            return redirect("leaving")
        except RefusedError as error:
            form.add_error(None, f"Nothing was handed over: {error}.")
    context = {"form": form, "courses": courses, "groups": _groups(queries.own_covers(asker))}
    return render(request, "alliance/leaving.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _leave(request: Request, form: ending_forms.LeavingForm) -> str:
    """Today: for good. Later: colleagues look after everybody from the day after, until it is handed over for good."""
    asker, member, clean = request.asker, request.member, form.cleaned_data
    if clean["last_day"] == form.today:
        actions.hand_over_all(asker=asker, member=member, takers=form.takers(), to=clean["to"])
        people.publish_profile(asker=asker, member=member, about=member.about, published=False, has_room=False)
        return "Everybody is handed over, and your public page is withdrawn."
    since = clean["last_day"] + timedelta(days=1)
    for course, taker in form.takers():
        days = {"since": since, "until": since + ending_forms.LONGEST}
        actions.look_after(asker=asker, courses=[course], member=taker, **days)
    return "Arranged. On your last day, come back here to hand over for good."


@only("manager")
@require_http_methods(["GET", "HEAD", "POST"])
def member_leaves(request: Request, member_id: UUID) -> HttpResponse:
    """Somebody does not work here any more: a number of courses, a colleague, no sign-in. Never a client's name."""
    asker = request.asker
    one = found(people_queries.member(asker, member_id))
    if "again" in request.POST:
        return _open_again(request, one)
    colleagues = people_queries.fellow_therapists(asker, but=one.pk)
    form = ending_forms.MemberLeavesForm(request.POST or None, colleagues=colleagues, needs_colleague=one.is_therapist)
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.member_leaves(asker=asker, member=one, to=form.cleaned_data.get("to"))
            messages.success(request, f"{one.name} cannot sign in any more. Courses handed over: {count}.")
            return redirect("member_leaves", one.pk)
        except RefusedError as error:
            form.add_error(None, f"Nothing changed: {error}.")
    context = {"one": one, "form": form, "colleagues": colleagues, "count": queries.open_courses_of(asker, one.pk)}
    return render(request, "alliance/member_leaves.html", context, status=422 if form.errors else 200)


def _open_again(request: Request, one: Member) -> HttpResponse:
    try:
        with transaction.atomic():
            path = people.open_account_again(asker=request.asker, member=one)
            notices.write(
                practice=one.practice_id, kind="invite", address=one.account.email if one.account else "", path=path
            )
            fit.settle_reminders(member=one.pk)
        messages.success(request, f"A link to choose a password is on its way to {one.name}.")
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("member_leaves", one.pk)
