"""A client's own pages: their word on research, and what their practice learned."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accord.web.evidence import actions, queries
from accord.web.evidence.forms import ConsentForm
from accord.web.evidence.models import CONSENT
from accord.web.people.asker import Request
from accord.web.people.guards import only


@only("client")
@require_http_methods(["GET", "HEAD", "POST"])
def my_research(request: Request) -> HttpResponse:
    """What happens with what they answer, and a yes or no to research; no is what holds until they say yes."""
    said = queries.consent(request.asker)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        yes = form.cleaned_data["yes"] == "yes"
        actions.say(asker=request.asker, yes=yes)
        messages.success(request, "Saved. It holds from now on. You can change it here at any time.")
        return redirect("my_research")
    learned = queries.releases(request.asker)
    context = {"said": said, "now": bool(said and said.yes and said.text == CONSENT), "text": CONSENT, "form": form}
    return render(
        request, "evidence/research.html", {**context, "learned": learned}, status=422 if form.errors else 200
    )


@only("client")
@require_safe
def my_learned(request: Request) -> HttpResponse:
    """What releases that are shown to clients say, in words."""
    found = [(one, report) for one in queries.releases(request.asker) if (report := queries.report_of(one))]
    told = [(one, report["release"]["for_clients"]) for one, report in found]
    return render(request, "evidence/learned.html", {"told": told})
