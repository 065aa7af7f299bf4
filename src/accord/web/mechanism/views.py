"""The page of the model."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accord.web.mechanism import drawing, forms
from accord.web.people.asker import Request


@require_safe
def model(request: Request) -> HttpResponse:
    """Simulated courses of therapy, as the address says."""
    setting, problems = forms.read(request.GET)
    context = {
        "form": forms.shown(setting),
        "drawn": drawing.draw(setting),
        "seed": setting.seed,
        "next_seed": forms.next_seed(setting.seed),
        "problems": problems,
    }
    return render(request, "mechanism/model.html", context)
