"""A client's say after the check-in: who reads their answers, and whether something feels mended."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accord.errors import RefusedError
from accord.web.alliance import actions, forms, queries
from accord.web.people.asker import Request
from accord.web.people.guards import found, only


@only("client")
@require_POST
def my_sharing(request: Request, occasion_id: UUID) -> HttpResponse:
    """Who reads what of one day, chosen anew."""
    one = found(queries.occasion(request.asker, occasion_id))
    chosen = forms.read_sharing(request.POST)
    if chosen is None:
        messages.error(request, "Nothing changed: the page could not be read. Choose once more below.")
        return redirect("my_session", one.pk)
    try:
        actions.choose_who_reads(
            asker=request.asker,
            occasion=one,
            seen=chosen.seen,
            kept=chosen.kept,
            words_seen=chosen.words_seen,
            words_kept=chosen.words_kept,
        )
        messages.success(request, "Saved. What is marked ‘kept for me’ is for you alone from now on.")
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("my_session", one.pk)


@only("client")
@require_POST
def my_repair(request: Request, repair_id: UUID) -> HttpResponse:
    """Whether what felt off feels mended; theirs to change."""
    one = found(queries.repair(request.asker, repair_id))
    found(one.talks.first())  # before it was talked about, nothing on their page speaks of it
    mended = {"yes": True, "not yet": False}.get(request.POST.get("mended", ""))
    if mended is None:
        messages.error(request, "Nothing changed: choose ‘Yes’ or ‘Not yet’.")
        return redirect("my")
    actions.declare(asker=request.asker, repair=one, mended=mended)
    messages.success(request, "Saved. Your therapist can read your answer. You can change it here.")
    return redirect("my")
