"""Choosing a therapist opens a course; what travels along is the client's word, then and later."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accord.errors import RefusedError
from accord.fit import SEEKER
from accord.web.alliance import actions, queries
from accord.web.fit import listing, meeting_words
from accord.web.fit import queries as fit
from accord.web.fit.ask_views import own_search
from accord.web.fit.models import Search
from accord.web.fit.search import read
from accord.web.fit.seek_views import held, help_here, keep
from accord.web.fit.standing import CHOSEN, MET
from accord.web.people.asker import Request
from accord.web.people.guards import found, only


class ShareForm(forms.Form):
    """What travels along. Nothing is ticked to begin with."""

    share_needs = forms.BooleanField(
        label="What I looked for: what brings me, and how I would like to work",
        required=False,
        help_text="So that you need not say it twice. You see it below.",
    )
    share_impression = forms.BooleanField(
        label="How I rated our first meeting",
        required=False,
        help_text="It can be a way into talking about how it goes. You can share it later, too.",
    )


@own_search
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: Request, search: Search, meeting_id: UUID) -> HttpResponse:
    """Two questions, what travels along, and one button."""
    one = found(fit.own_meeting(search, meeting_id, timezone.now()))
    if one.state == CHOSEN:
        return redirect("mine")
    found(one if one.state == MET else None)
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _begin(request, search, one.meeting, form)
    person, looking = found(fit.seeker(search)), read(search.needs)
    context = {
        "form": form,
        "row": one.meeting,
        "said": meeting_words.to_seeker(one, ZoneInfo(person.time_zone)),
        "needs": [*listing.summary(looking), *listing.better(looking)],
        "licence": listing.licence_on(one.meeting.member_id, timezone.localdate()),
        "in_therapy": person.client,
        "help": help_here(request),
    }
    return render(request, "alliance/choose.html", context)


def _begin(request: Request, search: Search, meeting, form: ShareForm) -> HttpResponse:  # type: ignore[no-untyped-def]
    try:
        actions.begin_course(search=search, meeting=meeting, **form.cleaned_data)
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
        return redirect("mine")
    name = meeting.member.name
    messages.success(request, f"You chose {name}, who knows it now and will write to you. "
                              "A link to your own page here is on its way to you.")  # fmt: skip
    return redirect("feedback") if fit.to_tell(search) else redirect("mine")


@only("client")
@require_http_methods(["GET", "HEAD", "POST"])
def my_beginning(request: Request, course_id: UUID) -> HttpResponse:
    """How it began: what they rated and looked for, and what of it their therapist reads."""
    course = found(queries.course(request.asker, course_id))
    begun = found(queries.beginning(request.asker, course))
    form = ShareForm(request.POST if request.method == "POST" else None, initial=_shared(begun))
    if form.is_valid():
        clean = form.cleaned_data
        shared = {"impression": clean["share_impression"], "needs": clean["share_needs"]}
        actions.share_beginning(asker=request.asker, course=course, **shared)
        messages.success(request, "Saved. It holds from now on.")
        return redirect("my_beginning", course.pk)
    return render(
        request, "alliance/my_beginning.html", {"course": course, "begun": begun, "form": form, "items": SEEKER}
    )


def _shared(begun: queries.Begun) -> dict[str, bool]:
    return {"share_needs": begun.needs_shared, "share_impression": begun.impression_shared}


@only("client")
@require_POST
def look_again(request: Request, course_id: UUID) -> HttpResponse:
    """Start over quietly, from inside a course: nobody is told, and nothing of the course changes."""
    course = found(queries.course(request.asker, course_id))
    if (under_way := held(request)) and any(one.open for one in fit.standings(under_way, timezone.now())):
        messages.success(request, "You are looking already, and some calls are still open.")
        return redirect("mine")
    search = actions.look_again(course=course)
    missing = read(search.needs).missing
    return keep(redirect("find_page", missing) if missing else redirect("shortlist"), search)
