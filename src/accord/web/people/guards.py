"""Who may come in. A stranger is asked to sign in; everyone else finds what is theirs, or nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from accord.web.people.asker import Request

View = Callable[..., HttpResponse]
Thing = TypeVar("Thing")


def only(*roles: str) -> Callable[[View], View]:
    """For members in one of these roles (or, named 'client', for clients). Others find nothing here."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            asker = request.asker
            if asker.roles & set(roles):
                return view(request, *args, **kwargs)
            if asker.roles or request.user.is_authenticated:  # an account without a place here: no door would help
                raise Http404
            door = "/my/sign-in/" if roles == ("client",) else "/account/login/"
            return redirect(f"{door}?{urlencode({'next': request.path})}")

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return guard


def found(thing: Thing | None) -> Thing:
    """The thing, or the page that says there is nothing here: also what somebody sees who may not see it."""
    if thing is None:
        raise Http404
    return thing
