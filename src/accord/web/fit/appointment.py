"""An agreed meeting as a calendar file. It says 'Appointment' and no more: others may look into a calendar."""

from datetime import UTC, datetime

from django.conf import settings
from icalendar import Calendar, Event

from accord.web.fit.models import Meeting

FILE, KIND = "appointment.ics", "text/calendar"
SEEKERS, THERAPISTS = "/find/mine/", "/requests/"


def calendar_file(one: Meeting, *, path: str, now: datetime, off: bool = False) -> str:
    """One event in UTC, so that every clock shows it right; the same id each time, so that a new time replaces the old.

    `path` leads to the page with the details, for whoever may see it.
    """
    assert one.starts_at
    assert one.ends_at
    event = Event()
    event.add("uid", f"{one.pk}@accord.invalid")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", max(0, int((now - one.asked_at).total_seconds())))
    event.add("dtstart", one.starts_at.astimezone(UTC))
    event.add("dtend", one.ends_at.astimezone(UTC))
    event.add("summary", "Appointment")
    event.add("description", f"Details: {settings.ORIGIN}{path}")
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    found = Calendar()
    found.add("prodid", "-//Accord//appointment//EN")
    found.add("version", "2.0")
    found.add("method", "CANCEL" if off else "PUBLISH")
    found.add_component(event)
    return str(found.to_ical().decode())
