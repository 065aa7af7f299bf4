"""A seeker asks for first calls, and follows what becomes of them. Only the browser of a search opens what is in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.errors import AccordError, RefusedError
from accord.web.fit import actions, appointment, ask_forms, listing, meeting_words, on_lists, queries
from accord.web.fit.models import Meeting, Offer, Search, Seeker
from accord.web.fit.queries import times
from accord.web.fit.search import read
from accord.web.fit.seek_views import gone, held, help_here, keep
from accord.web.fit.standing import COMING, LATE, MET, OPEN, UNCONFIRMED, Standing
from accord.web.people.asker import Request
from accord.web.people.guards import found

UTC = ZoneInfo("UTC")
View = Callable[..., HttpResponse]


def own_search(view: View) -> View:
    """For the browser that holds a search in which somebody was asked; another one can come back by a letter."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        search = held(request)
        if search is None or queries.seeker(search) is None:
            return redirect("way_back")
        return view(request, search, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request) -> HttpResponse:
    """Up to three therapists in one go: a time with each, who asks, and what they should know before."""
    search = held(request)
    if search is None or read(search.needs).missing:
        return gone(request) if search is None else redirect("find")
    now, data = timezone.now(), request.POST if request.method == "POST" else None
    offers, kept_out = listing.askable(search, _chosen(request), timezone.localdate())
    for text in kept_out:
        messages.error(request, text)
    if not offers:
        return _nobody_to_ask(request, kept_out)
    zone = _zone(request, search, offers)
    asked = {one: times.free(one.member, Meeting.CALL, one.call_minutes, now) for one in offers}
    form = ask_forms.AskForm(data, asked=asked, zone=zone, initial=_known(request, search))
    if not kept_out and form.is_valid() and (answer := _send(request, search, form)):
        return answer
    wrong = form.errors or (kept_out and data is not None)
    return render(request, "fit/ask.html", _asking(request, form, zone), status=422 if wrong else 200)


def _chosen(request: Request) -> list[UUID]:
    """Whom they ticked: each once, and no more than can be asked; what is no id is nobody."""
    found_ids = []
    for text in (request.POST if request.method == "POST" else request.GET).getlist("t"):
        try:
            found_ids.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found_ids))


def _nobody_to_ask(request: Request, kept_out: Sequence[str]) -> HttpResponse:
    if not kept_out:
        messages.error(request, "Tick one to three therapists to ask for a call.")
    return redirect("shortlist")


def _zone(request: Request, search: Search, offers: Sequence[Offer]) -> ZoneInfo:
    person = queries.seeker(search)
    otherwise = ZoneInfo(person.time_zone) if person else offers[0].member.practice.zone
    return ask_forms.zone_of((request.POST if request.method == "POST" else request.GET).get("zone"), otherwise)


def _known(request: Request, search: Search) -> dict[str, str]:
    """What was said before need not be said again; a client who is signed in has a name and an address here."""
    person = queries.seeker(search)
    if person:
        return {"name": person.name, "email": person.email, "phone": person.phone}
    return {"name": request.client.name, "email": request.client.email} if request.client else {}


def _send(request: Request, search: Search, form: ask_forms.AskForm) -> HttpResponse | None:
    """Stored, or what stands in the way, said on the page, which keeps everything."""
    wanted, words = form.wanted(), form.cleaned_data["words"]
    try:
        actions.ask_for_calls(search=search, who=form.who(), wanted=wanted, words=words, client=request.client)
    except AccordError as error:
        form.add_error(None, f"{error}. Nothing is sent yet")
        return None
    return keep(redirect("mine"), search)


def _asking(request: Request, form: ask_forms.AskForm, zone: ZoneInfo) -> dict[str, Any]:
    offers = form.asked
    usual = queries.usual_replies([one.pk for one in offers], timezone.now())
    return {
        "form": form,
        "zone": zone.key,
        "zones": ask_forms.zones(),
        "replies": {pk: listing.replies_in_words(one) for pk, one in usual.items()},
        "help": help_here(request),
    }


@own_search
@require_safe
def mine(request: Request, search: Search) -> HttpResponse:
    """Everyone they asked, where each stands, and what to do next."""
    now, person = timezone.now(), found(queries.seeker(search))
    zone, every = ZoneInfo(person.time_zone), queries.standings(search, now)
    context = {
        "person": person,
        "rows": [
            (one, meeting_words.tag(one), meeting_words.to_seeker(one, zone))
            for one in every
            if not meeting_words.unanswered(one)
        ],
        "lists": on_lists.for_seeker(search, every, now),
        "due": queries.due_impressions(search, now),
        "given": any(one.given_at for one in queries.impressions(search)),
        "next": _next(search, every, now),
        "some_met": any(one.state == MET for one in every),
        "open": sum(one.state in OPEN for one in every),
        "unconfirmed": [one for one in every if one.state == UNCONFIRMED],
        "nobody_else": any(one.state == LATE for one in every),
        "help": help_here(request),
    }
    return render(request, "fit/mine.html", context)


def _next(search: Search, every: Sequence[Standing], now: datetime) -> Offer | None:
    """Somebody else to ask, where one has not answered in time or has said no; nobody where three are asked already."""
    if read(search.needs).missing or sum(one.open and one.state != LATE for one in every) >= actions.MOST_OPEN:
        return None
    asked = {one.meeting.member_id for one in every}
    cards = listing.listing(search, now.date()).cards
    return next((card.offer for card in cards if card.offer.pk not in asked), None)


def _one(search: Search, meeting_id: UUID) -> Standing:
    return found(queries.own_meeting(search, meeting_id, timezone.now()))


@own_search
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: Request, search: Search, meeting_id: UUID) -> HttpResponse:
    """One of them: when and how, five things to ask, another time, how it was."""
    one, person = _one(search, meeting_id), found(queries.seeker(search))
    zone = ZoneInfo(person.time_zone)
    free = _free(one) if one.open else []
    form = ask_forms.PickForm(request.POST if request.method == "POST" else None, moments=free, zone=zone)
    if form.is_valid() and _tried(request, form, search, one):
        return redirect("my_meeting", meeting_id)
    context = {**_about(search, one, zone), "form": form, "free": bool(free), "help": help_here(request)}
    return render(request, "fit/meeting.html", context, status=422 if form.errors else 200)


def _free(one: Standing) -> list[datetime]:
    return times.free(one.meeting.member, one.meeting.kind, one.meeting.minutes, timezone.now())


def _tried(request: Request, form: ask_forms.PickForm, search: Search, one: Standing) -> bool:
    try:
        actions.pick_time(search=search, meeting=one.meeting, starts_at=form.cleaned_data["at"])
    except AccordError as error:
        form.add_error("at", str(error))
        return False
    messages.success(request, f"{one.meeting.member.name} is asked for this time.")
    return True


def _about(search: Search, one: Standing, zone: ZoneInfo) -> Mapping[str, Any]:
    row = one.meeting
    given = [each for each in queries.impressions(search) if each.meeting_id == row.pk]
    return {
        "one": one,
        "row": row,
        "tag": meeting_words.tag(one),
        "unanswered": meeting_words.unanswered(one),
        "said": meeting_words.to_seeker(one, zone),
        "how": meeting_words.how(row, agreed=bool(row.agreed_at)),
        "guide": meeting_words.GUIDE,
        "impressions": [(each, queries.impression_state(each, timezone.now())) for each in given],
        "licence": listing.licence_on(row.member_id, timezone.localdate()),
        "here": queries.works_here(row.member),
        "may_ask_consultation": one.state == MET and row.kind == Meeting.CALL and _not_asked(search, row),
    }


def _not_asked(search: Search, row: Meeting) -> bool:
    others = queries.standings(search, timezone.now())
    same = [one for one in others if one.meeting.member_id == row.member_id]
    return not any(one.meeting.kind == Meeting.CONSULTATION and (one.open or one.state == MET) for one in same)


@own_search
@require_POST
def meeting_step(request: Request, search: Search, meeting_id: UUID, step: str) -> HttpResponse:
    """One press: yes to the time, call it off, it did not take place, or that after all it did."""
    one = _one(search, meeting_id)
    own: dict[str, Any] = {"search": search, "meeting": one.meeting}
    steps: Mapping[str, tuple[Callable[[], None], str]] = {
        "agree": (
            lambda: actions.agree_to_time(**own),
            "Agreed. Both of you get a letter.",
        ),
        "off": (lambda: actions.call_off(**own), "Called off. The time is free again."),
        "welcome": (lambda: actions.welcome(**own), f"{one.meeting.member.name} is asked to propose a time."),
        "another": (
            lambda: actions.ask_for_another(**own),
            f"Noted. {one.meeting.member.name} is not suggested again{_still_on_a_list(search)}.",
        ),
        "missed": (lambda: actions.say_missed(**own), "Noted. It is not asked about."),
        "held": (lambda: actions.say_missed(**own, undo=True), "Taken back."),
    }
    act, done = found(steps.get(step))
    try:
        act()
        messages.success(request, done)
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("mine") if step == "another" else redirect("my_meeting", meeting_id)


def _still_on_a_list(search: Search) -> str:
    return "; you are on the list, and the time you have waited counts" if queries.waitings(search) else ""


@own_search
@require_http_methods(["GET", "HEAD", "POST"])
def ask_consultation(request: Request, search: Search, meeting_id: UUID) -> HttpResponse:
    """After a call: an hour with the same therapist, to see how it is to work together."""
    one, person = _one(search, meeting_id), found(queries.seeker(search))
    found(one if one.state == MET and one.meeting.kind == Meeting.CALL else None)
    offer, zone = found(queries.offer(one.meeting.member_id)), ZoneInfo(person.time_zone)
    free = times.free(offer.member, Meeting.CONSULTATION, offer.consultation_minutes, timezone.now())
    data = request.POST if request.method == "POST" else None
    form = ask_forms.ConsultationForm(data, moments=free, zone=zone)
    if form.is_valid() and _asked_again(form, search, person, offer):
        messages.success(request, f"{offer.member.name} is asked for a consultation.")
        return redirect("mine")
    context = {"form": form, "row": one.meeting, "offer": offer, "zone": zone.key, "help": help_here(request)}
    return render(request, "fit/ask_consultation.html", context, status=422 if form.errors else 200)


def _asked_again(form: ask_forms.ConsultationForm, search: Search, person: Seeker, offer: Offer) -> bool:
    who = actions.Who(person.name, person.email, person.time_zone, person.phone)
    wanted, kind = {offer.pk: form.cleaned_data["at"]}, Meeting.CONSULTATION
    try:
        actions.ask_for_calls(search=search, who=who, wanted=wanted, kind=kind, client=person.client)
    except AccordError as error:
        form.add_error("at", str(error))
        return False
    return True


@own_search
@require_safe
def calendar_file(request: Request, search: Search, meeting_id: UUID) -> HttpResponse:
    """The appointment for a calendar; it says 'Appointment' and no more."""
    one = _one(search, meeting_id)
    found(one if one.state == COMING else None)
    text = appointment.calendar_file(one.meeting, path=appointment.SEEKERS, now=timezone.now())
    response = HttpResponse(text, content_type=f"{appointment.KIND}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{appointment.FILE}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def way_back(request: Request) -> HttpResponse:
    """Another browser, or a cookie that is gone: a one-time link by e-mail. The page says the same either way."""
    form = ask_forms.WayBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.send_way_back(email=form.cleaned_data["email"])
        return render(request, "fit/way_back_sent.html", {"help": help_here(request)})
    context = {"form": form, "help": help_here(request)}
    return render(request, "fit/way_back.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def open_search(request: Request, secret: str) -> HttpResponse:
    """Opening the link uses nothing up (mail programs open links); the button confirms, and opens the search here."""
    person = queries.seeker_by_way_back(secret, timezone.now())
    sends = bool(person and (person.new_email or person.confirmed_at is None))
    if request.method != "POST":
        return render(request, "fit/open_search.html", {"sends": sends, "help": help_here(request)})
    search = actions.open_by_way_back(secret=secret)
    if search is None:
        return _spent(request)
    if sends:
        messages.success(request, "Your address is confirmed, and what you asked for is on its way.")
    return keep(redirect("mine"), search)


def _spent(request: Request) -> HttpResponse:
    """Pressed twice, in the browser that holds the search already, it leads on."""
    search = held(request)
    if search and queries.seeker(search):
        return redirect("mine")
    return render(request, "fit/open_spent.html", {"help": help_here(request)}, status=410)
