"""allauth's forms in our words. What they check and do stays theirs."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as second_factor
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkey

NEW = "At least 12 characters. Three or four words that do not belong together are good and easy to remember."
NO_ANSWER = "Your device has not answered yet. Press the button and do what your device asks."


class Plain:
    """Labels and hints of ours, and no placeholders: they are gone as soon as one needs them."""

    labels: ClassVar[dict[str, str]] = {}
    hints: ClassVar[dict[str, str]] = {}
    attributes: ClassVar[dict[str, dict[str, str]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.update(self.attributes.get(name, {}))
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            if name == "credential":
                field.error_messages["required"] = field.error_messages["invalid"] = NO_ANSWER


@contextmanager
def any_shape_refused() -> Iterator[None]:
    """What claims to come from a device may have any shape; allauth foresees some, and would break on the others."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, struct.error) as error:
        raise get_adapter().validation_error("incorrect_code") from error


class LoginForm(Plain, account.LoginForm):
    labels = {"login": "E-mail", "password": "Password"}
    attributes = {"login": {"autocomplete": "username"}}


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    labels = {"email": "E-mail"}


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    labels = {"password1": "New password", "password2": "The same again"}
    hints = {"password1": NEW}


class SetPasswordForm(Plain, account.SetPasswordForm):
    labels = {"password1": "New password", "password2": "The same again"}
    hints = {"password1": NEW}


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    labels = {"oldpassword": "Password until now", "password1": "New password", "password2": "The same again"}
    hints = {"password1": NEW}


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    labels = {"password": "Password"}


class CodeForm(Plain, second_factor.AuthenticateForm):
    labels = {"code": "Code"}
    hints = {"code": "The 6 digits that your app shows now, or one of your recovery codes."}
    attributes = {"code": {"inputmode": "numeric"}}


class CodeAgainForm(Plain, second_factor.ReauthenticateForm):
    labels = CodeForm.labels
    hints = CodeForm.hints
    attributes = CodeForm.attributes


class AddAppForm(Plain, app.ActivateTOTPForm):
    labels = {"code": "Code"}
    hints = {"code": "The 6 digits that your app shows now."}
    attributes = {"code": {"inputmode": "numeric"}}


class AddPasskeyForm(Plain, passkey.AddWebAuthnForm):
    labels = {"name": "Name of this passkey", "passwordless": "Let me sign in with it alone, without my password"}
    hints = {"name": "So that you know it again: ‘My phone’, ‘The blue key’."}
    attributes = {"name": {"maxlength": "80"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        with any_shape_refused():
            return super().clean()  # type: ignore[no-any-return]


class ByDevice(Plain):
    """Signing in by what a device says."""

    def clean_credential(self) -> Authenticator:
        with any_shape_refused():
            return super().clean_credential()  # type: ignore[misc]


class LoginByPasskeyForm(ByDevice, passkey.LoginWebAuthnForm):
    """Instead of e-mail and password."""


class PasskeyForm(ByDevice, passkey.AuthenticateWebAuthnForm):
    """As the second factor, after the password."""


class PasskeyAgainForm(ByDevice, passkey.ReauthenticateWebAuthnForm):
    """Before something about signing in is changed."""


class EditPasskeyForm(Plain, passkey.EditWebAuthnForm):
    labels = {"name": "Name of this passkey"}
    attributes = AddPasskeyForm.attributes
