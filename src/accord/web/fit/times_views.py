"""A therapist's free times for people who are new: the week, and the days that differ."""

from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accord.errors import AccordError
from accord.web.fit import actions, queries, times_forms
from accord.web.fit.models import DayApart, Meeting
from accord.web.fit.queries import times
from accord.web.people.asker import Request
from accord.web.people.guards import found, only

FORMS = {"weekly": times_forms.WeeklyForm, "extra": times_forms.ExtraForm, "closed": times_forms.ClosedForm}
SHOWN = timedelta(days=14)


@only("therapist")
@require_http_methods(["GET", "HEAD", "POST"])
def my_times(request: Request) -> HttpResponse:
    """The week, the days apart, and what people can pick in the next two weeks because of both."""
    member, now = request.member, timezone.now()
    what = request.POST.get("what", "") if request.method == "POST" else ""
    filled = {name: _form(request, name, what) for name in FORMS}
    form = filled.get(what)
    if form is not None and form.is_valid() and _stored(request, what, form):
        return redirect("my_times")
    apart = times.my_days_apart(request.asker, now)
    context = {
        "weekly": times.my_weekly_times(request.asker),
        "weekdays": dict(times_forms.WEEKDAYS),
        "closed": _runs([one for one in apart if one.closed]),
        "extra": [one for one in apart if not one.closed],
        "offer": queries.offer(member.pk),
        **_coming(member, now),
        "forms": filled,
    }
    wrong = any(each.errors for each in filled.values())
    return render(request, "fit/my_times.html", context, status=422 if wrong else 200)


def _form(request: Request, name: str, what: str) -> Any:
    data = request.POST if what == name else None
    extra = {} if name == "weekly" else {"today": request.member.practice.today}
    return FORMS[name](data, auto_id=f"{name}_%s", **extra)


def _stored(request: Request, what: str, form: Any) -> bool:
    own = {"asker": request.asker, "member": request.member}
    try:
        if what == "weekly":
            actions.add_weekly_time(**own, **form.cleaned_data)
        elif what == "extra":
            actions.add_extra_time(**own, **form.cleaned_data)
        else:
            first = form.cleaned_data["first"]
            actions.close_days(**own, first=first, last=form.cleaned_data["last"] or first)
    except AccordError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, "Saved. Below is what people can pick now.")
    return True


def _coming(member: Any, now: Any) -> dict[str, Any]:
    """What can be picked soon, day by day, for a call and for a consultation."""
    offer, zone = queries.offer(member.pk), member.practice.zone
    found_times = {}
    for kind, _ in Meeting.KINDS:
        free = times.free(member, kind, times.minutes_of(offer, kind), now) if offer else []
        found_times[kind] = times.by_day([at for at in free if at < now + SHOWN], zone)
    return {"coming": found_times}


def _runs(days: list[DayApart]) -> list[tuple[DayApart, DayApart]]:
    """Closed days one after the other, as from and to."""
    grouped = groupby(enumerate(days), key=lambda pair: pair[1].day.toordinal() - pair[0])
    runs = [[one for _, one in group] for _, group in grouped]
    return [(run[0], run[-1]) for run in runs]


@only("therapist")
@require_POST
def remove_weekly(request: Request, time_id: UUID) -> HttpResponse:
    """Gone from the week; what was agreed already stays."""
    one = found(next((each for each in times.my_weekly_times(request.asker) if each.pk == time_id), None))
    actions.remove_weekly_time(asker=request.asker, time=one)
    messages.success(request, "Removed. What was agreed already stays as it is.")
    return redirect("my_times")


@only("therapist")
@require_POST
def remove_apart(request: Request, day_id: UUID) -> HttpResponse:
    """An extra time is gone, or a run of closed days is open again."""
    apart = times.my_days_apart(request.asker, timezone.now())
    one = found(next((each for each in apart if each.pk == day_id), None))
    runs = _runs([each for each in apart if each.closed])
    first_last = next((run for run in runs if run[0] == one), (one, one))
    for each in apart:
        if each == one or (each.closed and one.closed and first_last[0].day <= each.day <= first_last[1].day):
            actions.remove_day_apart(asker=request.asker, day=each)
    messages.success(request, "Removed." if not one.closed else "Open again, as the week says.")
    return redirect("my_times")
