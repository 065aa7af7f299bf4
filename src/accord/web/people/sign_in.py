"""How staff sign in: allauth does the work, these are the practice's own rules."""

import logging
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from markupsafe import Markup

from accord.web.people import queries
from accord.web.people.models import Account

log = logging.getLogger("accord.people")

FIRST_PAGES = {
    "therapist": "desk",
    "deputy": "desk",
    "manager": "practice",
    "researcher": "research",
    "operator": "machinery",
}
"""role -> the page it opens with; somebody with several roles gets the first of these."""

SECRETS_STAND_IN = "mfa_authenticator.data"


def first_page(roles: frozenset[str]) -> str:
    return next((page for role, page in FIRST_PAGES.items() if role in roles), "front")


class StaffAdapter(DefaultAccountAdapter):
    """No one signs up by themself: the practice makes an account for an address it knows."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail and password do not go together. Check both, or get a new password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "rate_limited": "Too many tries. Wait five minutes, then try again.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        # request.asker was found before they signed in: it still says 'stranger'.
        member = queries.member_by_account(request.user)
        return reverse(first_page(member.roles if member else frozenset()))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def get_reset_password_from_key_url(self, key: str) -> str:
        # Behind a proxy the request does not know the address that people type.
        uid, _, secret = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": secret})
        return str(settings.ORIGIN + path)

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down must not undo what the mail only tells of."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            log.error("a mail was not sent (%s): %s", template_prefix, type(error).__name__)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Our words, our drawing, and our keys around what the second factor's secrets are made of."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That did not match. Please try again.",
        "cannot_generate_recovery_codes": "Add an app or a passkey first. Recovery codes stand in for those.",
    }

    def encrypt(self, text: str) -> str:
        return str(settings.KEYS.seal(text, SECRETS_STAND_IN))

    def decrypt(self, encrypted_text: str) -> str:
        return str(settings.KEYS.open(encrypted_text, SECRETS_STAND_IN))

    def build_totp_svg(self, url: str) -> str:
        return Markup(segno.make(url, error="m").svg_inline(omitsize=True, svgclass="qr-code", lineclass=None))

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}
