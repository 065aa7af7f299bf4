"""A therapist's side: who asked for a call, a yes, another time or a kind no, and how it was for them."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accord.errors import AccordError
from accord.web.audit.actions import record
from accord.web.fit import actions, ask_forms, listing, meeting_words, queries
from accord.web.fit.models import Meeting
from accord.web.fit.queries import times
from accord.web.fit.standing import CHOSEN, COMING, MET, PROPOSED, Standing
from accord.web.people.asker import Request
from accord.web.people.guards import found, only


@only("therapist")
@require_safe
def requests(request: Request) -> HttpResponse:
    """What waits for an answer first, then what is to come, then what is over."""
    member, now = request.member, timezone.now()
    rows = [_row(one, member.practice.zone) for one in queries.requests(request.asker, now)]
    usual = queries.usual_replies([member.pk], now)[member.pk]
    context = {
        "waiting": [row for row in rows if row[0].waits_for_therapist],
        "coming": sorted((row for row in rows if row[0].state in (COMING, PROPOSED)), key=_when),
        "chosen": [row for row in reversed(rows) if row[0].state == CHOSEN],
        "met": [row for row in reversed(rows) if row[0].state == MET],
        "over": [row for row in reversed(rows) if not row[0].open and row[0].state not in (MET, CHOSEN)][:20],
        "replies": listing.replies_in_words(usual),
        "has_times": times.has_times(member),
        "feedback": queries.feedback(request.asker),
    }
    record(request.asker, "read requests")
    return render(request, "fit/requests.html", context)


def _row(one: Standing, zone: ZoneInfo) -> tuple[Standing, str, str]:
    return one, meeting_words.tag(one), meeting_words.to_therapist(one, zone)


def _when(row: tuple[Standing, str, str]) -> datetime:
    return row[0].meeting.starts_at or timezone.now()


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def one_request(request: Request, meeting_id: UUID) -> HttpResponse:
    """One of them, with what can be done about it now."""
    member, now = request.member, timezone.now()
    one = found(queries.request(request.asker, meeting_id, now))
    what = request.POST.get("what", "") if request.method == "POST" else ""
    forms = _forms(request, one, what, now)
    if what == "accept" or any(form.is_valid() for form in forms.values()):
        return _act(request, one.meeting, what, forms)
    record(request.asker, "read request", one.meeting.pk)
    context = {
        "one": one,
        "row": one.meeting,
        "tag": meeting_words.tag(one),
        "said": meeting_words.to_therapist(one, member.practice.zone),
        "how": meeting_words.how_to_therapist(one.meeting),
        "licence": listing.licence_on(member.pk, timezone.localdate()),
        **forms,
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "fit/request.html", context, status=422 if wrong else 200)


def _forms(request: Request, one: Standing, what: str, now: datetime) -> dict[str, Any]:
    zone, row = request.member.practice.zone, one.meeting
    said = ask_forms.DECLINE_WORDS["asked" if one.state != MET else Meeting.CALL]
    colleagues = queries.colleagues_to_refer_to(request.member)
    data = {name: request.POST if what == name else None for name in ("propose", "decline", "own_side")}
    return {
        "propose": ask_forms.ProposeForm(data["propose"], zone=zone, now=now),
        "decline": ask_forms.DeclineForm(data["decline"], colleagues=colleagues, initial={"words": said}),
        "own_side": ask_forms.OwnSideForm(data["own_side"], initial=row.own_side or {}),
    }


def _act(request: Request, row: Meeting, what: str, forms: dict[str, Any]) -> HttpResponse:
    clean = {} if what == "accept" else forms[what].cleaned_data
    try:
        done = _done(request, row, what, clean, forms)
        messages.success(request, done)
    except AccordError as error:
        messages.error(request, f"Nothing changed: {error}.")
        return redirect("request", row.pk)
    return redirect("requests")


def _done(request: Request, row: Meeting, what: str, clean: dict[str, Any], forms: dict[str, Any]) -> str:
    asker = request.asker
    if what == "accept":
        actions.accept(asker=asker, meeting=row)
        return "Agreed. Both of you get a letter with the appointment."
    if what == "propose":
        actions.propose_time(asker=asker, meeting=row, starts_at=clean["starts_at"], words=clean["words"])
        return "Proposed. They get a letter, and their answer comes to you."
    if what == "decline":
        actions.decline(asker=asker, meeting=row, words=clean["words"], refer_to=clean.get("refer_to"))
        return "Declined. They read your words, and can go on looking."
    actions.rate_own_side(asker=asker, meeting=row, answers=forms["own_side"].answers())
    return "Saved. It is for you, to have at hand when you talk about going on."
