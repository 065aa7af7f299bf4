"""A flag, and the plan that must stand before anyone is asked about self-harm."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accord.web import wording
from accord.web.audit.actions import record
from accord.web.people import queries as people
from accord.web.people.asker import Request
from accord.web.people.guards import found, only
from accord.web.safety import actions, forms, queries


@only("therapist", "deputy")
@require_http_methods(["GET", "HEAD", "POST"])
def flag(request: Request, flag_id: UUID) -> HttpResponse:
    """What was answered and when; closed by saying what was done."""
    one = found(queries.flag(request.asker, flag_id))
    form = forms.NoteForm(request.POST or None)
    settled = getattr(one, "acknowledgement", None)
    if request.method == "POST" and form.is_valid() and settled is None:
        actions.acknowledge(asker=request.asker, flag=one, note=form.cleaned_data["note"])
        messages.success(request, "Noted. The flag stays in the record.")
        return redirect("flag", one.pk)
    record(request.asker, "read flag", one.pk)
    measure = wording.measure(one.measure)
    item = measure.item(one.item)
    labels = {option.value: option.label for option in item.options}
    context = {
        "flag": one,
        "form": form,
        "settled": settled,
        "measure": measure,
        "item": item,
        "label": labels.get(one.value, ""),
    }
    return render(request, "safety/flag.html", context)


@only("manager")
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: Request) -> HttpResponse:
    """Who answers for the practice, and what clients are told."""
    practice = request.member.practice
    now = queries.plan(practice.pk)
    lines = queries.help_for(practice).lines
    initial = {
        "responsible": str(now.responsible_id or ""),
        "lines": "\n".join("; ".join((line["number"], line["name"], line["how"])) for line in lines),
        **{name: getattr(now, name) for name in ("deputy_name", "deputy_email", "hours", "read_by", "complaints")},
    }
    form = forms.PlanForm(request.POST or None, colleagues=people.colleagues(request.asker), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.settle_plan(asker=request.asker, practice=practice.pk, **form.cleaned_data)
        lacking = queries.missing_for_self_harm_items(practice.pk)
        missing = f"Saved. Still missing: {', '.join(lacking)}."
        messages.success(request, missing if lacking else "Saved. The safety plan is complete.")
        return redirect("safety_plan")
    lacking = queries.missing_for_self_harm_items(practice.pk)
    return render(request, "safety/plan.html", {"form": form, "lacking": lacking}, status=422 if form.errors else 200)
