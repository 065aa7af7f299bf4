"""A therapist's offer and licences, and a manager's look at those of the practice."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.errors import RefusedError
from accord.web.audit.actions import record
from accord.web.fit import actions, licences, queries
from accord.web.fit import offer_forms as forms
from accord.web.fit.found_today import found_today, unsaid
from accord.web.fit.models import Credential, Offer
from accord.web.people.asker import Request
from accord.web.people.forms import attempt_of
from accord.web.people.guards import found, only


def _today(request: Request) -> date:
    return licences.today(request.member.practice)


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def my_offer(request: Request) -> HttpResponse:
    """How they work and for whom, what is not said yet, and how they are found today."""
    member, today = request.member, _today(request)
    saved = queries.offer(member.pk)
    posted = request.POST if request.method == "POST" else None
    form = forms.OfferForm(posted, today=today, initial=forms.OfferForm.filled_from(saved, today))
    if form.is_valid():
        actions.state_offer(asker=request.asker, member=member, offered=form.offered())
        messages.success(request, "Saved. Below is how you are found today.")
        return redirect("my_offer")
    one = saved or Offer(member=member, practice=member.practice)
    found_so = found_today(one, queries.credentials(request.asker, member.pk), today)
    context = {"form": form, "today": found_so, "unsaid": unsaid(one), "saved": saved}
    return render(request, "fit/my_offer.html", context, status=422 if form.errors else 200)


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def my_licences(request: Request) -> HttpResponse:
    """A therapist's own, each with where it stands; state one, or its renewal."""
    member, today = request.member, _today(request)
    own = queries.credentials(request.asker, member.pk)
    renews = next((one for one in own if str(one.pk) == request.GET.get("renew")), None)
    posted, attempt = request.POST if request.method == "POST" else None, attempt_of(request.POST.get("attempt"))
    form = forms.LicenceForm(posted, today=today, initial=forms.LicenceForm.filled_from(renews))
    if form.is_valid():
        actions.state_credential(asker=request.asker, member=member, attempt=attempt, **form.cleaned_data)
        messages.success(request, "Stated. It waits for a manager of your practice to check it.")
        return redirect("my_licences")
    shown = {"form": form, "attempt": attempt, "renews": renews, "licences": licences.standings(own, today)}
    return render(request, "fit/my_licences.html", shown, status=422 if form.errors else 200)


@only("therapist")
@require_POST
def withdraw_licence(request: Request, licence_id: UUID) -> HttpResponse:
    """It no longer counts; where nobody had looked, it can be put back."""
    one = found(queries.my_credential(request.asker, licence_id))
    actions.withdraw_credential(asker=request.asker, credential=one)
    looked = one.verified_at or one.refused_at
    messages.success(request, "Withdrawn." if looked else "Withdrawn. You can put it back below.")
    return redirect("my_licences")


@only("therapist")
@require_POST
def put_back_licence(request: Request, licence_id: UUID) -> HttpResponse:
    """It waits again, as before."""
    one = found(queries.my_credential(request.asker, licence_id))
    try:
        actions.put_back_credential(asker=request.asker, credential=one)
        messages.success(request, "It is back, and waits to be checked.")
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("my_licences")


@only("manager")
@require_safe
def licences_list(request: Request) -> HttpResponse:
    """The practice's licences: those that wait, those that end soon, those that ended."""
    desk = licences.desk(queries.licences(request.asker), _today(request))
    return render(request, "fit/licences.html", {"desk": desk})


@only("manager")
@require_http_methods(["GET", "HEAD", "POST"])
def licence(request: Request, licence_id: UUID) -> HttpResponse:
    """What was stated, and the decision: accept, refuse with a reason, or undo what was decided."""
    one = found(queries.credential(request.asker, licence_id))
    what = request.POST.get("what", "") if request.method == "POST" else ""
    accept = forms.AcceptForm(request.POST if what == "verify" else None)
    refuse = forms.RefuseForm(request.POST if what == "refuse" else None)
    decided = what == "undo" or accept.is_valid() or refuse.is_valid()
    if decided:
        return _decide(request, one, what, refuse)
    record(request.asker, "read licence", one.pk)
    every = licences.standings(queries.credentials(request.asker, one.member_id), _today(request))
    standing = next(each for each in every if each.licence.pk == one.pk)
    others = [each for each in every if each is not standing and each.state != licences.WITHDRAWN]
    context = {"one": standing, "others": others, "accept": accept, "refuse": refuse}
    return render(request, "fit/licence.html", context, status=422 if accept.errors or refuse.errors else 200)


def _decide(request: Request, one: Credential, what: str, refuse: forms.RefuseForm) -> HttpResponse:
    asker = request.asker
    try:
        if what == "verify":
            actions.verify_credential(asker=asker, credential=one)
            messages.success(request, f"Accepted. It counts until {one.until.isoformat()}.")
        elif what == "refuse":
            actions.refuse_credential(asker=asker, credential=one, why=refuse.cleaned_data["why"])
            messages.success(request, "Not accepted. Its therapist reads your reason.")
        else:
            actions.undo_decision(asker=asker, credential=one)
            messages.success(request, "Undone. It waits to be checked again.")
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("licence", one.pk)
