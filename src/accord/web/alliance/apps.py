"""What this room tells an earlier one, which may not ask it: when a therapist sits with a client."""

from django.apps import AppConfig


class AllianceConfig(AppConfig):
    name = "accord.web.alliance"

    def ready(self) -> None:
        from accord.web.alliance.queries import booked_quarters
        from accord.web.fit.queries import times

        if booked_quarters not in times.BUSY:
            times.BUSY.append(booked_quarters)
