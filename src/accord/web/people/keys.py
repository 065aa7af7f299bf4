"""The key file: what encrypts fields, finds people by their address, and signs links. Never in the database.

The first field key writes, every one reads, so a key can be rotated: put a new one first, save each row again, then
drop the old one. The file is made once with owner-only rights; losing it loses every name and every free text.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Keys:
    """session signs cookies, lookup makes blind indexes, link makes check-in links; fields: id -> 32 bytes."""

    session: str
    lookup: bytes
    link: bytes
    fields: Mapping[str, bytes]

    def seal(self, text: str, place: str) -> str:
        """Encrypt, bound to `place` (table, column and row): moved anywhere else it can no longer be opened."""
        key_id, key = next(iter(self.fields.items()))
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())
        return f"{key_id}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """Decrypt what `seal` made for the same place; anything altered or moved raises InvalidTag."""
        key_id, _, text = sealed.partition(":")
        raw = base64.b64decode(text)
        return AESGCM(self.fields[key_id]).decrypt(raw[:12], raw[12:], place.encode()).decode()

    def blind(self, kind: str, text: str) -> str:
        """A value by which the same text can be found again, and which says nothing of the text."""
        return hmac.new(self.lookup, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()

    def token(self, link: UUID, generation: int) -> str:
        """The secret in a check-in link: page and worker derive it, the database keeps only its hash."""
        digest = hmac.new(self.link, f"{link}\0{generation}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()


def token_hash(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make(file: Path) -> None:
    """Write a new key file, readable by its owner alone; refuses to overwrite one."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = {name: secrets.token_hex(32) for name in ("session", "lookup", "link")}
    text = json.dumps({**fresh, "fields": {"k1": secrets.token_hex(32)}}, indent=1)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)


def read(file: Path) -> Keys:
    """Read the key file; says what to do when there is none or it cannot be used."""
    try:
        raw = json.loads(file.read_text())
        fields = {name: bytes.fromhex(key) for name, key in raw["fields"].items()}
        if not fields or any(len(key) != 32 for key in fields.values()):
            raise ValueError("every field key needs 32 bytes")
        return Keys(raw["session"], bytes.fromhex(raw["lookup"]), bytes.fromhex(raw["link"]), fields)
    except FileNotFoundError:
        raise ImproperlyConfigured(
            f"no key file at {file}: put back the one that belongs to these data (or name it by ACCORD_KEYS); "
            "for a new practice, 'accord user add EMAIL --new-practice NAME' makes one"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(
            f"the key file {file} cannot be used ({error}); restore it from your backup"
        ) from error
