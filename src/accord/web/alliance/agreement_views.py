"""The working agreement: the therapist's pages, where it is proposed, and the client's, where it is answered."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord import alliance
from accord.errors import RefusedError
from accord.web.alliance import actions, agreed, queries
from accord.web.alliance import agreement_forms as forms
from accord.web.alliance import course as reading
from accord.web.alliance.forms import attempt_of
from accord.web.alliance.models import Agreement, Course
from accord.web.audit.actions import record
from accord.web.people.asker import Asker, Request
from accord.web.people.guards import found, only
from accord.web.safety import queries as safety

REPLACED = "another version has taken its place meanwhile; please read that one"


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: Request, course_id: UUID) -> HttpResponse:
    """What was agreed and where it stands; posting to it notes a yes that was said in the room."""
    one = found(queries.course(request.asker, course_id))
    versions = queries.agreements(request.asker, one)
    posted = request.POST if request.method == "POST" else None
    form = forms.InTheRoom(posted, willing=versions[0].willing if versions else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.agree_in_room(asker=request.asker, agreement=_meant(request, versions), willing=form.willing())
            messages.success(request, "Noted: you both signed, in the room.")
            return redirect("agreement", one.pk)
        except RefusedError as error:
            messages.error(request, f"Not signed: {error}.")
    status = 422 if request.method == "POST" else 200
    return render(request, "alliance/agreement.html", _whole(request.asker, one, versions, form), status=status)


def _meant(request: Request, versions: list[Agreement]) -> Agreement:
    """The version that the page showed, if it is still the one that counts."""
    if not versions or request.POST.get("agreement") != str(versions[0].pk):
        raise RefusedError(REPLACED)
    return versions[0]


def _whole(asker: Asker, one: Course, versions: list[Agreement], form: forms.InTheRoom) -> dict[str, Any]:
    occasions = queries.occasions(asker, [one]).get(one.pk, [])
    rows = reading.meetings(occasions, queries.answers(asker, "care", [each.pk for each in occasions]))
    latest = versions[0] if versions else None
    record(asker, "read agreement", latest.pk if latest else one.pk)
    return {
        "course": one,
        "agreed": agreed.for_course(asker, one, occasions),
        "latest": latest,
        "older": versions[1:],
        "holds": agreed.in_force(versions),
        "goals": agreed.goals_over_time(latest, queries.progress(asker, one)) if latest else [],
        "willing": agreed.willing_over_time(versions),
        "strong": agreed.strong(rows),
        "rated": [row for row in reversed(rows) if row.rating(reading.ALLIANCE, "client")],
        "answer": agreed.answer,
        "form": form,
    }


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def propose_agreement(request: Request, course_id: UUID) -> HttpResponse:
    """The therapist's side first: say it, ask, welcome a no; then propose, or note that both agree."""
    one = found(queries.course(request.asker, course_id))
    latest = queries.agreement(request.asker, one)
    if request.method != "POST":
        return _propose(request, one, forms.Proposal(initial=forms.Proposal.filled_from(latest)))
    form = forms.Proposal(request.POST)
    if form.is_valid():
        try:
            _store(request, one, form)
            return redirect("agreement", one.pk)
        except RefusedError as error:
            messages.error(request, f"Not saved: {error}.")
    return _propose(request, one, form, status=422)


@transaction.atomic  # a refused yes takes its proposal with it: the page says 'Not saved'
def _store(request: Request, one: Course, form: forms.Proposal) -> None:
    ticks = {name: form.cleaned_data[name] for name in ("explained", "asked", "welcomed")}
    made = actions.propose_agreement(
        asker=request.asker,
        course=one,
        approach=form.cleaned_data["approach"],
        goals=form.goals(),
        attempt=attempt_of(request.POST.get("attempt")),
        **ticks,
    )
    if form.cleaned_data["together"]:
        actions.agree_in_room(asker=request.asker, agreement=made, willing=form.willing())
        messages.success(request, f"Version {made.version} is signed by you both, in the room.")
    else:
        messages.success(
            request, f"Version {made.version} is proposed. Your client can answer on their page, or in the room."
        )


def _propose(request: Request, one: Course, form: forms.Proposal, status: int = 200) -> HttpResponse:
    latest = queries.agreement(request.asker, one)
    context = {
        "course": one,
        "form": form,
        "attempt": attempt_of(request.POST.get("attempt")),
        "first": latest is None,
        "otherwise": latest.otherwise if latest and latest.state == "otherwise" else "",
    }
    return render(request, "alliance/propose_agreement.html", context, status=status)


@only("therapist")
@require_safe
def agreement_version(request: Request, course_id: UUID, version: int) -> HttpResponse:
    """An earlier version, as it was."""
    one = found(queries.course(request.asker, course_id))
    every = queries.agreements(request.asker, one)
    shown = found(next((each for each in every if each.version == version), None))
    record(request.asker, "read agreement", shown.pk)
    context = {"course": one, "shown": shown, "latest": shown == every[0], "things": alliance.THINGS}
    return render(request, "alliance/agreement_version.html", context)


@only("therapist")
@require_POST
def take_back_agreement(request: Request, course_id: UUID) -> HttpResponse:
    """Undo a proposal that nobody answered; what was written is back in the form."""
    one = found(queries.course(request.asker, course_id))
    try:
        taken = _meant(request, queries.agreements(request.asker, one))
        written = forms.Proposal.filled_from(taken)
        actions.take_back_proposal(asker=request.asker, agreement=taken)
    except RefusedError as error:
        messages.error(request, f"Not taken back: {error}.")
        return redirect("agreement", one.pk)
    messages.success(request, "Taken back. Here it is again as you wrote it; nothing is proposed until you press.")
    return _propose(request, one, forms.Proposal(initial=written))


@only("client")
@require_http_methods(["GET", "HEAD", "POST"])
def my_agreement(request: Request, course_id: UUID) -> HttpResponse:
    """The client's side: read it, answer it, say how near the goals are."""
    one = found(queries.course(request.asker, course_id))
    versions = queries.agreements(request.asker, one)
    if request.method != "POST":
        return _mine(request, one, versions)
    what = request.POST.get("what", "")
    takes = {"progress": _note_progress, "keep": _keep, "share": _keep}
    try:
        return takes.get(what, _reply)(request, one, versions)
    except RefusedError as error:
        messages.error(request, f"Not saved: {error}.")
        return _mine(request, one, versions, typed=request.POST.dict(), status=422)


SAID = {
    "sign": "You are in. Both of you have signed, and you can still change your mind.",
    "otherwise": "Saved. Your therapist reads it before you next meet.",
    "later": "Saved, not signed. Take the time you need.",
}


def _reply(request: Request, one: Course, versions: list[Agreement]) -> HttpResponse:
    what = request.POST.get("what", "")
    if what not in SAID:
        raise RefusedError("choose one of the buttons")
    form = forms.Reply(request.POST, agreement=_meant(request, versions))
    if not form.is_valid() or not form.decided(what):
        return _mine(request, one, versions, reply=form, status=422)
    actions.reply(
        asker=request.asker,
        agreement=versions[0],
        words=form.words(),
        willing=form.willing(),
        otherwise=form.cleaned_data["otherwise"],
        signed=what == "sign",
    )
    messages.success(request, SAID[what])
    return redirect("my_agreement", one.pk)


def _note_progress(request: Request, one: Course, versions: list[Agreement]) -> HttpResponse:
    form = forms.HowNear(request.POST, goals=_goals(versions))
    if not form.is_valid():
        return _mine(request, one, versions, near=form, status=422)
    attempt = attempt_of(request.POST.get("attempt"))
    actions.note_progress(asker=request.asker, course=one, noted=form.noted(), attempt=attempt)
    messages.success(request, "Saved.")
    return redirect("my_agreement", one.pk)


def _keep(request: Request, one: Course, versions: list[Agreement]) -> HttpResponse:
    """What was shared is kept from now on, or the other way round."""
    kept = request.POST.get("what") == "keep"
    progress = attempt_of(request.POST.get("progress"))
    actions.keep_progress(asker=request.asker, course=one, progress=progress, kept=kept)
    messages.success(request, "Kept for yourself from now on." if kept else "Shared with your therapist.")
    return redirect("my_agreement", one.pk)


def _goals(versions: list[Agreement]) -> list[Any]:
    """The goals of the version that holds: progress is asked for what both agreed on."""
    holds = agreed.in_force(versions)
    return list(holds.goals.all()) if holds else []


def _mine(
    request: Request,
    one: Course,
    versions: list[Agreement],
    *,
    reply: forms.Reply | None = None,
    near: forms.HowNear | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    latest, holds = versions[0] if versions else None, agreed.in_force(versions)
    if latest and reply is None:
        reply = forms.Reply(agreement=latest, initial=typed)
    progress = queries.progress(request.asker, one)
    context = {
        "course": one,
        "latest": latest,
        "older": versions[1:],
        "holds": holds,
        "goals": agreed.goals_over_time(holds, progress) if holds else [],
        "form": reply,
        "near": near or forms.HowNear(goals=_goals(versions)),
        "attempt": uuid4(),
        "help": safety.help_for(one.practice),
        "things": alliance.THINGS,
    }
    return render(request, "alliance/my_agreement.html", context, status=status)
