"""Between two sessions: the therapist's page and the client's. Not messaging, and each page says so."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.errors import RefusedError
from accord.web.alliance import actions, between_forms, queries
from accord.web.alliance import between_reading as reading
from accord.web.alliance.forms import attempt_of
from accord.web.alliance.models import Brought, Course
from accord.web.alliance.queries import SeenStep
from accord.web.audit.actions import record
from accord.web.people.asker import Request
from accord.web.people.guards import found, only
from accord.web.safety import queries as safety


def _shared(request: Request, course: Course) -> dict[str, Any]:
    """What both sides' pages show, each as its asker may see it."""
    asker, steps = request.asker, queries.steps(request.asker, course)
    record(asker, "read between sessions", course.pk)
    return {
        "course": course,
        "current": reading.current_step(steps),
        "last": steps[0] if steps else None,
        "aside": [one for one in steps if one.state == "aside"],
        "fears": reading.fears(steps, course.practice.zone),
        "sayings": queries.sayings(asker, course),
        "removed": queries.sayings(asker, course, removed=True)[:5],
        "waiting": reading.bringings(asker, course, queries.brought(asker, course)),
        "taken_up": reading.bringings(asker, course, queries.brought(asker, course, waiting=False)[:10]),
        "help": safety.help_for(course.practice),
    }


def _undo(request: Request) -> bool:
    return "undo" in request.POST


# the therapist's page


def _page(request: Request, course: Course, **forms: Any) -> HttpResponse:
    """The page, with a form as it was typed where something was wrong with it."""
    fresh = {"agree": between_forms.Agree(initial={"attempt": uuid4()}), "words": between_forms.Words()}
    context = {**_shared(request, course), **fresh, **forms}
    return render(request, "alliance/between.html", context, status=422 if forms else 200)


@only("therapist")
@require_safe
def between(request: Request, course_id: UUID) -> HttpResponse:
    """What happens between two sessions, as far as the client shares it."""
    return _page(request, found(queries.course(request.asker, course_id)))


@only("therapist")
@require_POST
def agree_step(request: Request, course_id: UUID) -> HttpResponse:
    course = found(queries.course(request.asker, course_id))
    form = between_forms.Agree(request.POST)
    if not form.is_valid():
        return _page(request, course, agree=form)
    _agree(request, course, form)
    return redirect("between", course.pk)


def _agree(request: Request, course: Course, form: between_forms.Agree) -> None:
    attempt = form.cleaned_data["attempt"] or attempt_of(None)
    try:
        actions.agree_step(asker=request.asker, course=course, what=form.cleaned_data["what"], attempt=attempt)
        messages.success(request, "Agreed. The step stands on both your pages.")
    except RefusedError as error:
        messages.error(request, f"Not agreed: {error}.")


@only("therapist")
@require_POST
def set_aside_step(request: Request, step_id: UUID) -> HttpResponse:
    step = found(queries.step(request.asker, step_id))
    _set_aside(request, step)
    return redirect("between", step.course)


def _set_aside(request: Request, step: SeenStep) -> None:
    try:
        actions.set_aside_step(asker=request.asker, step=step, undo=_undo(request))
        said = "The step is taken on again." if _undo(request) else "Set aside. You can take it on again below."
        messages.success(request, said)
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")


@only("therapist")
@require_POST
def save_words(request: Request, course_id: UUID) -> HttpResponse:
    course = found(queries.course(request.asker, course_id))
    form = between_forms.Words(request.POST)
    if not form.is_valid():
        return _page(request, course, words=form)
    try:
        actions.save_saying(asker=request.asker, course=course, **form.cleaned_data)
        messages.success(request, "Saved. The words stand on your client’s page.")
    except RefusedError as error:
        messages.error(request, f"Not saved: {error}.")
    return redirect("between", course.pk)


@only("therapist")
@require_POST
def remove_words(request: Request, saying_id: UUID) -> HttpResponse:
    one = found(queries.saying(request.asker, saying_id))
    actions.remove_saying(asker=request.asker, saying=one, undo=_undo(request))
    said = "The words are back on your client’s page." if _undo(request) else "Removed. You can bring them back below."
    messages.success(request, said)
    return redirect("between", one.course_id)


@only("therapist")
@require_POST
def take_up(request: Request, brought_id: UUID) -> HttpResponse:
    one = found(queries.one_brought(request.asker, brought_id))
    actions.take_up(asker=request.asker, brought=one, undo=_undo(request))
    said = "It waits again." if _undo(request) else "Noted. Your client sees that you talked about it, and when."
    messages.success(request, said)
    return redirect("between", one.course_id)


# the client's pages


def _my_page(request: Request, course: Course, **forms: Any) -> HttpResponse:
    fresh = {
        "agree": between_forms.ClientAgree(initial={"attempt": uuid4()}),
        "words": between_forms.ClientWords(),
        "thought": between_forms.Bring(),
        "foretelling": between_forms.Foretell(),
    }
    shared = _shared(request, course)
    waits = {one.row.about for one in shared["waiting"]}
    withdrawn = reading.bringings(request.asker, course, queries.withdrawn(request.asker, course))
    context = {**shared, **fresh, "waits": waits, "withdrawn": withdrawn, **forms}
    return render(request, "alliance/my_between.html", context, status=422 if forms else 200)


@only("client")
@require_safe
def my_between(request: Request, course_id: UUID) -> HttpResponse:
    """At hand: words for hard moments, the step, what to bring next time."""
    return _my_page(request, found(queries.course(request.asker, course_id)))


@only("client")
@require_POST
def my_agree_step(request: Request, course_id: UUID) -> HttpResponse:
    course = found(queries.course(request.asker, course_id))
    form = between_forms.ClientAgree(request.POST)
    if not form.is_valid():
        return _my_page(request, course, agree=form)
    _agree(request, course, form)
    return redirect("my_between", course.pk)


@only("client")
@require_POST
def my_foretell(request: Request, step_id: UUID) -> HttpResponse:
    """How afraid, before it."""
    step = found(queries.step(request.asker, step_id))
    form = between_forms.Foretell(request.POST)
    if not form.is_valid():
        return _my_page(request, found(queries.course(request.asker, step.course)), foretelling=form)
    try:
        actions.foretell(asker=request.asker, step=step, **form.cleaned_data)
        messages.success(request, "Saved. Come back here after the step and say how it was.")
    except RefusedError as error:
        messages.error(request, f"Not saved: {error}.")
    return redirect("my_between", step.course)


@only("client")
@require_http_methods(["GET", "HEAD", "POST"])
def my_step(request: Request, step_id: UUID) -> HttpResponse:
    """Say how a step went, or change what was said of it."""
    step = found(queries.step(request.asker, step_id))
    course = found(queries.course(request.asker, step.course))
    form = between_forms.Tell(request.POST if request.method == "POST" else None, initial=_noted(step))
    if request.method == "POST" and form.is_valid():
        actions.tell_step(asker=request.asker, step=step, **form.told())
        kept = form.told()["kept"]
        alone = "You keep it for yourself: for your therapist it is as if nothing had been noted."
        messages.success(request, f"Saved. {alone if kept else 'Your therapist can read it.'}")
        return redirect("my_between", course.pk)
    waits = {one.about for one in queries.brought(request.asker, course)}
    context = {"course": course, "step": step, "form": form, "waits": waits, "help": safety.help_for(course.practice)}
    return render(request, "alliance/my_step.html", context, status=422 if form.errors else 200)


def _noted(step: SeenStep) -> dict[str, Any]:
    """What the form holds when it is opened: the answers given before."""
    felt = between_forms.SKIPPED if step.told_at and step.felt is None else step.felt
    reads = between_forms.Tell.KEEP if step.kept else between_forms.Tell.SHARE
    return {"went": step.went, "felt": felt, "company": step.company, "happened": step.happened, "reads": reads}


@only("client")
@require_POST
def my_set_aside(request: Request, step_id: UUID) -> HttpResponse:
    step = found(queries.step(request.asker, step_id))
    _set_aside(request, step)
    return redirect("my_between", step.course)


@only("client")
@require_POST
def my_save_words(request: Request, course_id: UUID) -> HttpResponse:
    course = found(queries.course(request.asker, course_id))
    form = between_forms.ClientWords(request.POST)
    if not form.is_valid():
        return _my_page(request, course, words=form)
    actions.save_saying(asker=request.asker, course=course, **form.cleaned_data)
    messages.success(request, "Saved. The words are at hand here.")
    return redirect("my_between", course.pk)


@only("client")
@require_POST
def my_remove_words(request: Request, saying_id: UUID) -> HttpResponse:
    one = found(queries.saying(request.asker, saying_id))
    actions.remove_saying(asker=request.asker, saying=one, undo=_undo(request))
    messages.success(request, "The words are back." if _undo(request) else "Removed. You can bring them back below.")
    return redirect("my_between", one.course_id)


@only("client")
@require_POST
def my_bring(request: Request, course_id: UUID) -> HttpResponse:
    """One tap, and back to where it was pressed."""
    course = found(queries.course(request.asker, course_id))
    form = between_forms.Bring(request.POST)
    if not form.is_valid():
        return _my_page(request, course, thought=form)
    try:
        one = actions.bring(asker=request.asker, course=course, **form.cleaned_data)
        messages.success(request, "It waits for your next session. Your therapist sees it before you meet.")
    except RefusedError as error:
        messages.error(request, f"Not noted: {error}.")
        return redirect("my_between", course.pk)
    return redirect("my_session", one.about) if one.kind == Brought.SESSION else redirect("my_between", course.pk)


@only("client")
@require_POST
def my_withdraw(request: Request, brought_id: UUID) -> HttpResponse:
    one = found(queries.one_brought(request.asker, brought_id))
    try:
        actions.withdraw(asker=request.asker, brought=one, undo=_undo(request))
        again = "It waits for your next session again."
        messages.success(request, again if _undo(request) else "Taken back. You can still bring it after all below.")
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("my_between", one.course_id)
