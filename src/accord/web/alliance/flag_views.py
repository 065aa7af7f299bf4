"""One flag, for whoever may see it. It stands here since a therapist sees flags by the courses they look after."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accord.web import wording
from accord.web.alliance import queries
from accord.web.audit.actions import record
from accord.web.people.asker import Request
from accord.web.people.guards import found, only
from accord.web.safety import queries as safety
from accord.web.safety.actions import acknowledge
from accord.web.safety.forms import NoteForm


@only("therapist", "deputy")
@require_http_methods(["GET", "HEAD", "POST"])
def flag(request: Request, flag_id: UUID) -> HttpResponse:
    """What was answered and when; closed by saying what was done."""
    one = found(safety.flag(request.asker, flag_id, courses=queries.seen_ids(request.asker)))
    form = NoteForm(request.POST or None)
    settled = getattr(one, "acknowledgement", None)
    if request.method == "POST" and form.is_valid() and settled is None:
        acknowledge(asker=request.asker, flag=one, note=form.cleaned_data["note"])
        messages.success(request, "Noted. The flag stays in the record.")
        return redirect("flag", one.pk)
    record(request.asker, "read flag", one.pk)
    measure = wording.measure(one.measure)
    item = measure.item(one.item)
    labels = {option.value: option.label for option in item.options}
    context = {
        "flag": one,
        "course": queries.course_of_flag(request.asker, one.course),
        "form": form,
        "settled": settled,
        "measure": measure,
        "item": item,
        "label": labels.get(one.value, ""),
    }
    return render(request, "safety/flag.html", context)
