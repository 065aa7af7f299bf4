"""A therapist's own table: read, shown, and brought in only after their yes."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accord.errors import AccordError, RefusedError, TableError
from accord.tables import Reading
from accord.web.alliance import actions, forms, queries
from accord.web.alliance.models import Intake
from accord.web.alliance.reading_in import read
from accord.web.people.asker import Request
from accord.web.people.guards import found, only

SHOWN = 200


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def intakes(request: Request) -> HttpResponse:
    """Choose a file; it is read and held, and nothing is brought in yet."""
    form = forms.FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = _keep(request, form)
            return redirect("intake", kept.pk)
        except (AccordError, UnicodeDecodeError) as error:
            form.add_error("map" if "map" in str(error)[:20].lower() else "table", _say(error))
    context = {"form": form, "intakes": queries.intakes(request.asker)}
    return render(request, "alliance/intakes.html", context, status=422 if form.errors else 200)


def _say(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "This file is not UTF-8 text. Save it as ‘CSV UTF-8’ and choose it again."
    return str(error)


def _keep(request: Request, form: forms.FileForm) -> Intake:
    file, map_text = form.cleaned_data["table"], form.cleaned_data["map"]
    text = file.read().decode("utf-8-sig")
    reading = read(text, map_text)  # a file that cannot be read at all is not held
    if len({row.client for row in reading.rows}) > forms.MOST_CLIENTS:
        raise TableError(
            f"more than {forms.MOST_CLIENTS} clients: a whole practice's table is brought in by the operator, "
            "with 'accord import'"
        )
    return actions.keep_intake(
        asker=request.asker, practice=request.asker.home, file_name=file.name, text=text, map_text=map_text
    )


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def intake(request: Request, intake_id: UUID) -> HttpResponse:
    """What was understood, what is kept out and why; then yes, or no."""
    one = found(queries.intake(request.asker, intake_id))
    if one.brought_in_at:
        return render(request, "alliance/intake_done.html", {"intake": one})
    if "discard" in request.POST:
        actions.discard_intake(asker=request.asker, intake=one)
        messages.success(request, "The table is forgotten. Nothing was brought in.")
        return redirect("intakes")
    reading = read(one.text, one.map_text)
    if request.method == "POST" and _only_own(reading):
        return _bring_in(request, one, reading)
    context = {
        "intake": one,
        "reading": reading,
        "clients": Counter(row.client for row in reading.rows),
        "refused": reading.refused[:SHOWN],
        "own": _only_own(reading),
        "known": queries.already_there(request.asker, reading),
    }
    return render(request, "alliance/intake.html", context)


def _only_own(reading: Reading) -> bool:
    """A table that names several therapists is a whole practice's, and comes in by the operator."""
    return len({row.therapist for row in reading.rows}) <= 1


def _bring_in(request: Request, one: Intake, reading: Reading) -> HttpResponse:
    try:
        done = actions.bring_in(
            asker=request.asker,
            practice=request.member.practice,
            reading=reading,
            therapist=request.member,
            intake=one,
        )
    except RefusedError as error:
        messages.error(request, f"Nothing was brought in: {error}.")
        return redirect("intake", one.pk)
    text = f"Brought in: {done.answer_sets} scores for {done.clients} new clients; {done.known} were there already."
    if done.differ:
        text += f" {len(done.differ)} differ from what is here and were left as they are (lines {_some(done.differ)})."
    messages.success(request, text)
    return redirect("desk")


def _some(lines: list[int]) -> str:
    return ", ".join(map(str, lines[:10])) + (" and more" if len(lines) > 10 else "")
