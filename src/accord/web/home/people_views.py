"""A client's sign-in by one-time link; a practice's people; one's own account and page."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accord.errors import RefusedError
from accord.web.alliance import actions as alliance
from accord.web.fit import queries as fit
from accord.web.notices import actions as notices
from accord.web.people import actions, forms, queries
from accord.web.people.asker import ADDRESS_KEY, CLIENT_KEY, Request
from accord.web.people.guards import only

STAY = 60 * 60


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_code(request: Request) -> HttpResponse:
    """Send a link to the address, if it is somebody's. The page says the same either way."""
    form = forms.AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _send_code(form.cleaned_data["email"])
        return render(request, "people/code_sent.html")
    return render(request, "people/ask_for_code.html", {"form": form}, status=422 if form.errors else 200)


def _send_code(address: str) -> None:
    for client in queries.clients_by_address(address):
        if path := actions.make_code(client=client):
            notices.write(practice=client.practice_id, kind="code", address=client.email, path=path)


@require_http_methods(["GET", "HEAD", "POST"])
def enter_by_code(request: Request, secret: str) -> HttpResponse:
    """Opening the link uses nothing up (mail programs open links); the button signs in."""
    if request.method != "POST":
        return render(request, "people/enter.html", {"secret": secret})
    client = actions.redeem_code(secret=secret)
    if client is None:
        return render(request, "people/code_spent.html", status=410)
    request.session.flush()
    request.session[CLIENT_KEY] = str(client.pk)
    request.session[ADDRESS_KEY] = client.email_index
    request.session.set_expiry(STAY)
    return redirect("my")


@only("client")
@require_http_methods(["GET", "HEAD", "POST"])
def my_address(request: Request) -> HttpResponse:
    """A client's own address: the new one is confirmed by a link sent to it, and the old one ends here."""
    form = forms.AddressForm(request.POST or None, initial={"email": request.client.email})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            alliance.change_address(asker=request.asker, client=request.client, email=form.cleaned_data["email"])
            _send_code(form.cleaned_data["email"])
        request.session.flush()
        return render(request, "people/code_sent.html")
    return render(request, "people/my_address.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def leave(request: Request) -> HttpResponse:
    request.session.flush()
    messages.success(request, "You are signed out.")
    response = redirect("front")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@only("manager")
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: Request) -> HttpResponse:
    """Everyone who works here; add one, and they get a link to choose a password."""
    form = forms.MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _invite(request, form)
            return redirect("members")
        except RefusedError as error:
            form.add_error("email", str(error))
    shown = {"form": form, "members": queries.members(request.asker)}
    return render(request, "people/members.html", shown, status=422 if form.errors else 200)


def _invite(request: Request, form: forms.MemberForm) -> None:
    clean, practice = form.cleaned_data, request.asker.home
    roles = frozenset(clean["roles"])
    with transaction.atomic():
        _, path = actions.invite(
            asker=request.asker, practice=practice, name=clean["name"], email=clean["email"], roles=roles
        )
        notices.write(practice=practice, kind="invite", address=clean["email"], path=path)
    messages.success(request, f"{clean['name']} is added. A link to choose a password is on its way.")


@only("therapist", "manager", "deputy", "researcher", "operator")
@require_http_methods(["GET", "HEAD", "POST"])
def you(request: Request) -> HttpResponse:
    """One's roles, one's sign-in, and a therapist's public page."""
    member = request.member
    shown = {"about": member.about, "published": member.published, "has_room": member.has_room}
    form = forms.ProfileForm(request.POST or None, initial=shown) if member.is_therapist else None
    if form and fit.offer(member.pk):  # whether there is room is said there, by how many places
        del form.fields["has_room"]
    if request.method == "POST" and form and form.is_valid():
        said = {"has_room": member.has_room, **form.cleaned_data}
        actions.publish_profile(asker=request.asker, member=member, **said)
        messages.success(request, "Your page is saved.")
        return redirect("you")
    return render(request, "people/you.html", {"form": form})
