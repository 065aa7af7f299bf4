"""The client's side of a check-in: a link, a few pages, 'saved'. No account, and no page shows what was sent."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord import measures
from accord.measures import Item, Measure
from accord.web import wording
from accord.web.alliance import actions, forms, queries
from accord.web.alliance.models import CheckIn, Draft
from accord.web.people.asker import Request
from accord.web.safety import queries as safety

COOKIE = "__Host-accord-link" if settings.HTTPS else "accord-link"
HELP_COOKIE = f"{COOKIE}-help"
KIND_STATUS = {"unknown": 404, "expired": 410, "closed": 410, "early": 200, "answered": 200, "not-me": 200}


@dataclass(frozen=True)
class Held:
    """What this browser holds: a check-in, in which state, and the mark by which its own draft is known again."""

    check_in: CheckIn | None
    state: str
    holder: str = ""


@require_safe
def open_link(request: Request, token: str) -> HttpResponse:
    """Swap the link's secret for a cookie and a clean address. Opening it uses nothing up."""
    one = queries.by_token(token)
    if one is None:
        return _say(request, "unknown", None)
    before = _held(request)
    holder = before.holder if before.check_in == one else secrets.token_urlsafe(12)
    response = redirect("check_in")
    life = max(60, int((one.expires_at + queries.GRACE - timezone.now()).total_seconds()))
    _give(response, COOKIE, f"{one.pk}:{one.generation}:{holder}", life)
    return response


def _give(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_signed_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=settings.HTTPS)


def _held(request: Request) -> Held:
    """The check-in of this browser's cookie; one whose link was renewed since is known, and its state is 'unknown'."""
    key, _, rest = (request.get_signed_cookie(COOKIE, default="") or "").partition(":")
    generation, _, holder = rest.partition(":")
    one = queries.by_cookie(key) if key else None
    if one is None:
        return Held(None, "unknown")
    current = generation == str(one.generation)
    return Held(one, queries.link_state(one, timezone.now()) if current else "unknown", holder)


def _say(
    request: Request, state: str, one: CheckIn | None, *, unsent: bool = False, urgent: bool = False
) -> HttpResponse:
    """A kind page for a link that asks nothing now; `unsent`: what was just pressed was not stored, and it says so."""
    known: dict[str, Any] = {"check_in": one, "help": safety.help_for(one.practice if one else None)}
    known |= {"unsent": unsent, "urgent": urgent}
    if one:
        known |= {"zone": one.practice.time_zone, "opens_at": queries.opens_at(one)}
    return render(request, "alliance/link.html", {**known, "state": state}, status=KIND_STATUS[state])


def steps(one: CheckIn) -> list[tuple[Measure, tuple[Item, ...]]]:
    """The pages of this check-in, in order."""
    return [(measure, page) for measure in queries.asked(one) for page in measure.pages(one.occasion.number or 1)]


@require_safe
def check_in(request: Request) -> HttpResponse:
    """The start: whose it is, what it is, who reads it; and 'carry on' where something was kept."""
    held = _held(request)
    if held.check_in is None or held.state != "open":
        return _say(request, held.state, held.check_in if held.state != "unknown" else None)
    done = _done(held)
    first = done.index(False) + 1 if False in done else len(done) + 1
    begun = any(done) or bool(_closing(held).words)
    frame = {**_frame(held), "reader": _reader(held.check_in), "first": first, "begun": begun}
    frame["count"] = _count(held.check_in)
    return render(request, "alliance/start.html", frame)


def _kept(held: Held) -> dict[str, dict[str, Any]]:
    """What this very browser ticked before; what another one ticked is not shown to it."""
    draft = _own_draft(held)
    return draft.answers if draft else {}


def _own_draft(held: Held) -> Draft | None:
    draft = getattr(held.check_in, "draft", None)
    return draft if draft and draft.holder == held.holder else None


def _count(one: CheckIn) -> int:
    return sum(len(items) for _, items in steps(one))


def _frame(held: Held) -> dict[str, Any]:
    """What every page of a check-in shows: whom to call, and at once when an answer asks for it."""
    assert held.check_in
    loaded = queries.asked(held.check_in)
    return {
        "check_in": held.check_in,
        "zone": held.check_in.practice.time_zone,
        "help": safety.help_for(held.check_in.practice),
        "urgent": _speaks_of_danger(_kept(held)),
        "asks_of_harm": any(measure.safety for measure in loaded),
    }


def _reader(one: CheckIn) -> str:
    """Who reads it: the therapist, or whoever looks after the course today."""
    reader = queries.looks_after(one.occasion.course, one.practice.today)
    return reader.name if reader else one.practice.name


def _risk(measure: Measure, given: Mapping[str, Any]) -> bool:
    return bool(measure.safety and measures.score(measure, given).risk)


@require_http_methods(["GET", "HEAD", "POST"])
def check_in_page(request: Request, page: int) -> HttpResponse:
    """One page of questions, or the last page. Each 'next' is kept; the last one sends."""
    held, posted = _held(request), request.method == "POST"
    if posted and (held.check_in is None or request.POST.get("check_in") != str(held.check_in.pk)):
        return _of_another(request, held)
    if posted and held.state != "open":
        return _too_late(request, held, page)
    if held.check_in is None or held.state != "open":
        return _say(request, held.state, held.check_in if held.state != "unknown" else None)
    if posted and (said := _not_asked_any_more(request, held.check_in)):
        actions.save_draft(check_in=held.check_in, given=said, holder=held.holder)  # raises its flag
        return redirect("check_in")
    pages = steps(held.check_in)
    if "closing" in request.POST or (not posted and page == len(pages) + 1):
        return _last_page(request, held)
    if not 1 <= page <= len(pages):
        return redirect("check_in")
    measure, items = pages[page - 1]
    if not posted:
        return _show(request, held, page, forms.Page(measure, items, _kept(held).get(measure.id, {}), {}))
    return _take(request, held, page, forms.read_page(measure, items, request.POST))


def _not_asked_any_more(request: Request, one: CheckIn) -> dict[str, dict[str, Any]]:
    """What was said of self-harm on a page that was open while the practice's safety plan lost something."""
    gone = set(one.measures) - {measure.id for measure in queries.asked(one)}
    return {name: items for name, items in forms.danger_in(request.POST).items() if name in gone} if gone else {}


def _of_another(request: Request, held: Held) -> HttpResponse:
    """A page of another check-in than this browser holds, or holds no more: not stored, and said so.

    Danger is answered first. It is passed on where the page is the same client's: who holds one link of theirs acts as
    them. Whose any other page was, nobody can know.
    """
    said, known = forms.danger_in(request.POST), held.check_in if held.state != "unknown" else None
    other = queries.by_cookie(str(forms.attempt_of(request.POST.get("check_in"))))
    if other and held.check_in and other.occasion.course.client_id == held.check_in.occasion.course.client_id:
        actions.flag_answers(check_in=other, given={name: said[name] for name in said if name in other.measures})
    return _say(request, "unknown", known, unsent=True, urgent=_speaks_of_danger(said))


def _speaks_of_danger(given: Mapping[str, Mapping[str, Any]]) -> bool:
    return any(_risk(wording.measure(name), items) for name, items in given.items())


def _too_late(request: Request, held: Held, page: int) -> HttpResponse:
    """Pressed after it was sent, ended or renewed: not stored, and said so; danger is passed on and answered first."""
    assert held.check_in
    pages, known = steps(held.check_in), held.check_in if held.state != "unknown" else None
    if "closing" in request.POST:
        closing = forms.read_last_page(request.POST).closing
        unsent = not queries.closing_sent_already(held.check_in, closing, held.holder)
        return _say(request, held.state, known, unsent=unsent)
    said = {name: items for name, items in forms.danger_in(request.POST).items() if name in held.check_in.measures}
    actions.flag_answers(check_in=held.check_in, given=said)
    urgent = _speaks_of_danger(said)
    if not 1 <= page <= len(pages):
        return _say(request, held.state, known, unsent=True, urgent=urgent)
    measure, items = pages[page - 1]
    given = forms.read_page(measure, items, request.POST).given
    unsent = not queries.sent_already(held.check_in, measure, given, held.holder)
    return _say(request, held.state, known, unsent=unsent, urgent=urgent)


def _take(request: Request, held: Held, page: int, filled: forms.Page) -> HttpResponse:
    assert held.check_in
    one, in_passing = held.check_in, "keep" in request.POST
    order = forms.order_of(request.POST.get("order"))
    given = {filled.measure.id: filled.given}
    draft = actions.save_draft(check_in=one, given=given, holder=held.holder, order=order, in_passing=in_passing)
    if in_passing:
        return HttpResponse(status=204)
    if draft is None:  # sent in the same moment from another page of this browser
        return _too_late(request, Held(queries.by_cookie(str(one.pk)), "answered", held.holder), page)
    one.draft = draft
    if filled.errors:
        return _show(request, held, page, filled, status=422)
    if page == len(steps(one)) and False in (done := _done(held)):
        return redirect("check_in_page", done.index(False) + 1)
    return redirect("check_in_page", page + 1)


def _last_page(request: Request, held: Held) -> HttpResponse:
    """Before it is sent: own words, and what somebody keeps for themself. Only a full check-in comes so far."""
    assert held.check_in
    one = held.check_in
    if request.method == "POST":
        filled = forms.read_last_page(request.POST)
        if "keep" in request.POST:
            return _keep_in_passing(request, held, filled)
        if filled.errors:
            return _show_last(request, held, filled, status=422)
        order = forms.order_of(request.POST.get("order"))
        draft = actions.save_draft(check_in=one, given={}, closing=filled.closing, holder=held.holder, order=order)
        if draft is None:  # sent in the same moment from another page of this browser
            return _too_late(request, Held(queries.by_cookie(str(one.pk)), "answered", held.holder), 0)
        one.draft = draft
    if False in (done := _done(held)):
        return redirect("check_in_page", done.index(False) + 1)
    return (
        _send(request, held)
        if request.method == "POST"
        else _show_last(request, held, forms.LastPage(_closing(held), {}))
    )


def _keep_in_passing(request: Request, held: Held, filled: forms.LastPage) -> HttpResponse:
    assert held.check_in
    if filled.errors:
        return HttpResponse(status=422)
    order = forms.order_of(request.POST.get("order"))
    actions.save_draft(
        check_in=held.check_in, given={}, closing=filled.closing, holder=held.holder, order=order, in_passing=True
    )
    return HttpResponse(status=204)


def _closing(held: Held) -> queries.Closing:
    """What this very browser wrote and ticked on the last page before."""
    draft = _own_draft(held)
    return (
        queries.Closing(draft.words or "", draft.words_kept, draft.kept, draft.mended) if draft else queries.Closing()
    )


def _show_last(request: Request, held: Held, filled: forms.LastPage, status: int = 200) -> HttpResponse:
    assert held.check_in
    given, asked = _kept(held), queries.asked(held.check_in)
    offered = [(one, queries.keepable(one, given.get(one.id, {}))) for one in asked]
    pages = len(steps(held.check_in)) + 1
    context = {
        **_frame(held),
        "page": pages,
        "pages": pages,
        "filled": filled,
        "given": given,
        "offered": [(one, items, queries.never_kept(one, given.get(one.id, {}))) for one, items in offered],
        "asks_mended": queries.awaits_word(held.check_in) is not None,
    }
    return render(request, "alliance/before_sending.html", context, status=status)


def _send(request: Request, held: Held) -> HttpResponse:
    """Store, and only then say so; this browser alone, and for a few minutes, is reminded whom to call."""
    assert held.check_in
    urgent = _frame(held)["urgent"]
    if not actions.send_check_in(check_in=held.check_in, holder=held.holder) and not _has_sent(held):
        messages.error(request, "Nothing was sent: this form was begun anew elsewhere. Please answer it once more.")
        return redirect("check_in")
    response = redirect("check_in_done")
    if urgent:
        _give(response, HELP_COOKIE, str(held.check_in.pk), 600)
    return response


def _has_sent(held: Held) -> bool:
    """Whether what is stored came from this browser: 'send' was pressed twice."""
    one = queries.by_cookie(str(held.check_in.pk)) if held.check_in else None
    return bool(one and one.answered_at and one.sent_by == held.holder)


def _done(held: Held) -> list[bool]:
    """For each page, whether every question on it has an answer or a 'skip'."""
    assert held.check_in
    kept = _kept(held)
    return [all(item.key in kept.get(measure.id, {}) for item in items) for measure, items in steps(held.check_in)]


def _show(request: Request, held: Held, page: int, filled: forms.Page, status: int = 200) -> HttpResponse:
    assert held.check_in
    pages = steps(held.check_in)
    context = {
        **_frame(held),
        "page": page,
        "pages": len(pages) + 1,
        "filled": filled,
        "alone": len(filled.items) == 1 and any(mark.item == filled.items[0].key for mark in filled.measure.safety),
    }
    return render(request, "alliance/page.html", context, status=status)


@require_safe
def check_in_done(request: Request) -> HttpResponse:
    """'Saved', shown only after the commit; whom to call stands above it when an answer asked for it."""
    held = _held(request)
    if held.check_in is None or held.state not in ("answered", "open") or held.check_in.answered_at is None:
        return redirect("check_in")
    urgent = request.get_signed_cookie(HELP_COOKIE, default="") == str(held.check_in.pk)
    context = {
        **_frame(held),
        "reader": _reader(held.check_in),
        "urgent": urgent,
        "changeable": held.state == "answered",
    }
    return render(request, "alliance/done.html", context)


@require_POST
def check_in_again(request: Request) -> HttpResponse:
    """Answer again with empty questions; the latest answers count."""
    held = _held(request)
    if held.check_in is None or held.state not in ("answered", "open"):
        return _say(request, held.state, held.check_in if held.state != "unknown" else None)
    actions.answer_again(check_in=held.check_in, holder=held.holder)
    return redirect("check_in_page", 1)


@require_safe
def check_in_wrong(request: Request) -> HttpResponse:
    """A way out for whoever holds a link: whom to tell, by the practice of the link, and nothing of the client."""
    held = _held(request)
    practice = held.check_in.practice if held.check_in and held.state != "unknown" else None
    back = (reverse("check_in"), "Your check-in") if practice else (reverse("front"), "Start page")
    context = {"help": safety.help_for(practice), "back": back, "known": practice is not None}
    return render(request, "pages/wrong.html", context)


@require_POST
def check_in_not_me(request: Request) -> HttpResponse:
    """The wrong person holds the link: forget it on this phone; nothing was shown, nothing is kept."""
    response = _say(request, "not-me", None)
    response.delete_cookie(COOKIE)
    return response
