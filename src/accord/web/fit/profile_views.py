"""What therapists publish: the list of all of them, and a page each, read beside a search where there is one."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accord.web.fit import listing, queries
from accord.web.fit.search import Looking, read
from accord.web.fit.seek_views import held, help_here
from accord.web.people import queries as people
from accord.web.people.asker import Request
from accord.web.people.guards import found
from accord.web.safety import queries as safety


@require_safe
def therapists(request: Request) -> HttpResponse:
    """Everyone who shows a page, those with room first."""
    offers = queries.published_offers()
    them = [(one, listing.has_room(one, offers.get(str(one.pk)))) for one in people.published_therapists()]
    context = {
        "therapists": sorted(them, key=lambda one: not one[1]),
        "anyone": bool(offers),
        "begun": held(request) is not None,
        "help": help_here(request),
    }
    return render(request, "fit/therapists.html", context)


@require_safe
def therapist(request: Request, member_id: UUID) -> HttpResponse:
    """What one therapist says of their work and who checked it; for a browser with a search, how the two fit."""
    one, on = found(people.published_therapist(member_id)), timezone.localdate()
    offer, search = queries.offer(one.pk), held(request)
    looking = read(search.needs) if search else Looking()
    context = {
        "therapist": one,
        "offer": offer,
        "has_room": listing.has_room(one, offer),
        "replies": listing.replies_in_words(queries.usual_replies([one.pk], timezone.now())[one.pk]),
        "soon": listing.soon(offer, on) if offer else "",
        "ways": listing.ways(offer) if offer else [],
        "style": listing.style_words(offer) if offer else [],
        "times": listing.times_in_words(offer.times) if offer else [],
        "credentials": queries.public_credentials(one.pk),
        "today": on,
        "match": listing.match(looking, offer, on) if offer else None,
        "hurt": looking.given.get("hurt", ""),
        "searched": looking.missing is None,
        "help": safety.help_for(one.practice),
    }
    return render(request, "fit/therapist.html", context)
