"""The desks: each person's first page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accord import measures
from accord.web import wording
from accord.web.alliance import agreed
from accord.web.alliance import course as reading
from accord.web.alliance import queries as alliance
from accord.web.alliance.models import Course
from accord.web.alliance.views import read_course
from accord.web.evidence import queries as evidence
from accord.web.fit import queries as fit
from accord.web.home import gather
from accord.web.home.became import became
from accord.web.notices import queries as notices
from accord.web.outcome import own as own_change
from accord.web.outcome.helps import does_it_help
from accord.web.people.asker import Asker, Request
from accord.web.people.guards import found, only
from accord.web.safety import queries as safety


@only("therapist", "deputy")
@require_safe
def desk(request: Request) -> HttpResponse:
    """Flags first, then today, then everyone."""
    now, asker = timezone.now(), request.asker
    lines = gather.caseload(asker, now)
    context = {
        "flags": safety.open_flags(asker, courses=alliance.seen_ids(asker)),
        "today": alliance.todays_sessions(asker, now, request.member.practice.time_zone),
        "lines": lines,
        "looking_after": alliance.looking_after(asker),
        "first": gather.first_names(asker, lines, _midnight(now, request.member.practice.zone)),
        "repairs": gather.open_repairs(lines),
        **gather.meetings(asker, now, _midnight(now, request.member.practice.zone)),
        "stuck": notices.stuck_since(),
        "released": bool(evidence.releases(asker)),
        "now": now,
    }
    return render(request, "home/desk.html", context)


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


@only("client")
@require_safe
def my(request: Request) -> HttpResponse:
    """A client's own page: what waits, and their own course in plain numbers."""
    own = alliance.own_courses(request.asker)
    courses = [(one, read_course(request.asker, one)) for one in own]
    shown = []
    for one, rows in courses:
        charts = [(wording.measure(reading.ALLIANCE), reading.alliance_chart(rows, own=True), "")]
        charts += [
            (measure, reading.outcome_chart(rows, measure.id, cutoffs=False), own_change.in_words(rows, measure))
            for measure in map(wording.measure, reading.outcome_measures(rows))
        ]
        standing = gather.my_course(request.asker, one, rows)
        words = alliance.words(request.asker, [row.occasion.pk for row in rows])
        shown.append(
            (one, [row for row in reversed(rows) if row.ratings or row.occasion.pk in words], charts, standing)
        )
    context = {
        "waiting": alliance.waiting_check_ins(request.asker, timezone.now()),
        "courses": shown,
        "agreed": {one.pk: _agreed(request.asker, one, rows) for one, rows in courses},
        "became": became(request.asker, own),
        "begun": {one.pk for one in own if alliance.beginning(request.asker, one)},
    }
    return render(request, "home/my.html", context)


def _agreed(asker: Asker, one: Course, rows: Sequence[reading.Meeting]) -> agreed.Agreed:
    return agreed.for_course(asker, one, [row.occasion for row in rows])


@only("client")
@require_safe
def my_session(request: Request, occasion_id: UUID) -> HttpResponse:
    """What a client said on one day, in full; who reads it, and what became of it."""
    one = found(alliance.occasion(request.asker, occasion_id))
    ratings = alliance.answers(request.asker, "own", [one.pk]).get(one.pk, [])
    pairs = [(wording.measure(rating.measure), rating) for rating in ratings]
    answered = [(measure, rating, rating.answers) for measure, rating in pairs if rating.answers]
    context = {
        "session": one,
        "ratings": pairs,
        "offered": [
            (measure, rating, alliance.keepable(measure, given), alliance.never_kept(measure, given))
            for measure, rating, given in answered
        ],
        "words": alliance.words(request.asker, [one.pk]).get(one.pk, []),
        "waits": {item.about for item in alliance.brought(request.asker, one.course)},
        "became": became(request.asker, [one.course])[one.course.pk].on(one),
    }
    return render(request, "home/my_session.html", context)


@only("client")
@require_POST
def my_check_in(request: Request, check_in_id: UUID) -> HttpResponse:
    """Open a waiting check-in from one's own page: the same pages as by link."""
    waiting = alliance.waiting_check_ins(request.asker, timezone.now())
    one = found(next((item for item in waiting if item.pk == check_in_id), None))
    return redirect(alliance.link_path(one))


@only("manager")
@require_safe
def practice(request: Request) -> HttpResponse:
    """Totals, never a name."""
    context = {
        "figures": gather.practice_figures(request.asker, timezone.now()),
        "helps": does_it_help(request.asker, request.member.practice.today, *_chosen(request)),
        "lacking": safety.missing_for_self_harm_items(request.asker.home),
        "to_check": len(fit.licences_to_check(request.asker)),
    }
    return render(request, "home/practice.html", context)


def _chosen(request: Request) -> tuple[str, str]:
    """Which published figures to set beside one's own."""
    return request.GET.get("problem", "")[:80], request.GET.get("therapy", "")[:80]


@only("researcher")
@require_safe
def research(request: Request) -> HttpResponse:
    """What a researcher can work with: releases shown to them, every measure's structure, files of their own."""
    loaded = [wording.measure(name) for name in measures.names()]
    context = {"measures": loaded, "releases": evidence.releases(request.asker)}
    return render(request, "home/research.html", context)


@only("operator")
@require_safe
def machinery(request: Request) -> HttpResponse:
    """What keeps the service up; no content."""
    beat, stuck = notices.last_heartbeat(), notices.stuck_since()
    context = {
        "beat": beat,
        "stuck": stuck,
        "database": connection.vendor,
        "mail": settings.MAIL["EMAIL_BACKEND"].split(".")[-2],
    }
    return render(request, "home/machinery.html", context)


@require_safe
def healthz(request: Request) -> HttpResponse:
    """For a monitor: 200 while the database answers and messages go out, else 503 and why."""
    try:
        beat, stuck = notices.last_heartbeat(), notices.stuck_since()
    except DatabaseError:
        return JsonResponse({"database": "does not answer"}, status=503)
    late = beat is None or timezone.now() - beat > timedelta(minutes=15)
    state = {"database": "ok", "worker": "late" if late else "ok", "messages": "stuck" if stuck else "ok"}
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)
