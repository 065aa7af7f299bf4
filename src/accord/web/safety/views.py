"""The plan that must stand before anyone is asked about self-harm."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accord.web.people import queries as people
from accord.web.people.asker import Request
from accord.web.people.guards import only
from accord.web.safety import actions, forms, queries


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
