"""Signing in as a test does it, and what a phone or a security key would do, in a few lines."""

import base64
import hashlib
import hmac
import struct
import time

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.urls import reverse
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

PASSWORD = "four quiet words here"
NEW = "another five quiet words here"


def sign_in(client, email="ada@example.org", password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def confirm(client):
    """What every change of the way in asks for first."""
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


def add_app(client) -> str:
    confirm(client)
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    done = client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def app_code(secret: str) -> str:
    """RFC 6238: six digits, a new one every 30 seconds."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def give_passkey(account, name: str = "My phone") -> Authenticator:
    """A passkey as the database keeps it; nobody holds its private half."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    held = AttestedCredentialData.create(Aaguid.NONE, b"k" * 16, public)
    seen = AuthenticatorData.create(hashlib.sha256(b"localhost").digest(), 0x45, 0, held)
    said = CollectedClientData.create("webauthn.create", b"c" * 32, "http://localhost")
    credential = {
        "id": _text(b"k" * 16),
        "rawId": _text(b"k" * 16),
        "type": "public-key",
        "response": {
            "clientDataJSON": _text(said),
            "attestationObject": _text(AttestationObject.create("none", seen, {})),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
    data = {"name": name, "credential": credential}
    return Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data=data)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
