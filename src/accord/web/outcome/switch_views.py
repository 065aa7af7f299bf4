"""The two switches, for a practice's manager, and how the rules behind them work, for whoever reads by them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.errors import RefusedError
from accord.web.alliance import queries as alliance
from accord.web.outcome import actions, figures
from accord.web.outcome.forms import SAID, LeavingForm, SwitchForm
from accord.web.outcome.models import COURSE, LEAVING
from accord.web.outcome.ruling import Ruling, ruling
from accord.web.people.asker import Request
from accord.web.people.guards import only

FORMS: dict[str, Any] = {COURSE: SwitchForm, LEAVING: LeavingForm}
MOST_HERE = 1_000
"""Past courses that a page works on while somebody waits: some seconds."""
NAMES = {COURSE: "The expected course", LEAVING: "‘Who may stop coming’"}


def _told(rules: Ruling) -> dict[str, Any]:
    return {
        "rules": rules,
        "course_figures": figures.of_course_rules(rules),
        "leaving_figures": figures.of_leaving(rules),
        "said": SAID,
    }


@only("manager")
@require_safe
def expected(request: Request) -> HttpResponse:
    """What it is, what it is not, how good it was; and the two switches."""
    rules = ruling(request.asker, before=True)
    turned = rules.switches.get(LEAVING)
    chosen = {"definition": turned.definition, "dose": turned.dose} if turned else {}
    context = {**_told(rules), "course_form": SwitchForm(), "leaving_form": LeavingForm(initial=chosen)}
    return render(request, "outcome/expected.html", context)


@only("manager")
@require_POST
def turn(request: Request, what: str) -> HttpResponse:
    """Turn one of them, on after its text was read, or off."""
    if what not in FORMS or request.POST.get("turn") not in ("on", "off"):
        messages.error(request, "Nothing was changed: choose one of the two, and on or off.")
        return redirect("expected")
    if request.POST["turn"] == "off":
        actions.switch_off(asker=request.asker, practice=request.asker.home, what=what)
        messages.success(request, f"{NAMES[what]} is off. Nobody sees it any more.")
        return redirect("expected")
    return _on(request, what)


def _on(request: Request, what: str) -> HttpResponse:
    form = FORMS[what](request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("definition", "dose") if name in form.cleaned_data}
        try:
            actions.switch_on(asker=request.asker, practice=request.asker.home, what=what, **given)
            messages.success(request, f"{NAMES[what]} is on, for every therapist here.")
            _work_out(request)
            return redirect("expected")
        except RefusedError as error:
            form.add_error(None, f"Not switched on: {error}.")
    context = {**_told(ruling(request.asker, before=True)), "course_form": SwitchForm(), "leaving_form": LeavingForm()}
    context[f"{what}_form"] = form
    return render(request, "outcome/expected.html", context, status=422)


@only("manager")
@require_POST
def work_out(request: Request) -> HttpResponse:
    """Work the rules out anew on the courses that are over."""
    _work_out(request)
    return redirect("expected")


def _work_out(request: Request) -> None:
    """Within seconds, or not here: for a longer past there is the command."""
    asker, practice = request.asker, request.asker.home
    if alliance.how_many_past(asker, practice) > MOST_HERE:
        said = "So long a past is worked out by whoever runs the service, by the command ‘accord outcome work-out’."
        messages.info(request, said)
    elif actions.work_out(asker=asker, practice=practice):
        messages.success(request, "Worked out on the courses that are over. Do it anew now and then.")
    else:
        messages.info(request, "No course that is over has answers to work anything out from yet.")


@only("therapist", "manager")
@require_safe
def how(request: Request) -> HttpResponse:
    """The rules, their sources and limits, and how good they were."""
    return render(request, "outcome/how.html", _told(ruling(request.asker, before=True)))
