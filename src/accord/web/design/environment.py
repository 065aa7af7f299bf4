"""Jinja2 as our pages use it: escaping on, and dates and numbers as people say them."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import json_script
from jinja2 import Environment, StrictUndefined, pass_context


def make(**options: Any) -> Environment:
    environment = Environment(
        **{**options, "autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    )
    environment.globals.update(static=static, url=reverse)
    environment.filters.update(
        day=day, clock=clock, moment=moment, number=number, plural=plural, ago=ago, json_script=json_script
    )
    environment.filters.update(sentence=sentence, local_day=local_day, as_date=lambda at: at.date())
    return environment


def day(value: date | None, *, year: bool | None = None) -> str:
    """'Tue 4 March', with the year when it is not this one."""
    if value is None:
        return "no day known"
    with_year = value.year != timezone.now().year if year is None else year
    return f"{value:%a} {value.day} {value:%B}" + (f" {value.year}" if with_year else "")


def _zone(context: Any) -> ZoneInfo:
    """The clock that a page names (`zone`: a link's page, where nobody is signed in), else that of whoever is here."""
    return ZoneInfo(context.get("zone") or context.get("home_zone") or "UTC")


@pass_context
def clock(context: Any, value: datetime) -> str:
    """'9:30 am' on the practice's own clock."""
    there = value.astimezone(_zone(context))
    return f"{there:%I:%M}".lstrip("0") + (" am" if there.hour < 12 else " pm")


@pass_context
def moment(context: Any, value: datetime) -> str:
    """'Tue 4 March, 9:30 am' on the practice's own clock."""
    return f"{day(value.astimezone(_zone(context)).date())}, {clock(context, value)}"


@pass_context
def local_day(context: Any, value: datetime) -> str:
    """'Tue 4 March', the day that a moment falls on by the same clock."""
    return day(value.astimezone(_zone(context)).date())


def number(value: float | None, digits: int | None = None) -> str:
    """A score; without `digits`, no decimals it does not have. A dash where there is none."""
    if value is None:
        return "–"
    whole = digits is None and float(value).is_integer()
    return str(int(value)) if whole else f"{value:z.{1 if digits is None else digits}f}"


def plural(count: int, one: str, many: str = "") -> str:
    """'1 client', '2 clients'."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """The same with a capital in front, and whatever follows as it is."""
    return text[:1].upper() + text[1:]


def ago(value: datetime | None) -> str:
    """How long since, in the largest unit that says something."""
    if value is None:
        return "never"
    minutes = int((timezone.now() - value).total_seconds() // 60)
    if minutes < 60:
        return "just now" if minutes < 2 else f"{minutes} minutes ago"
    if minutes < 48 * 60:
        return plural(minutes // 60, "hour") + " ago"
    return plural(minutes // 1440, "day") + " ago"
