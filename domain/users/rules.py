"""What an account of a person may be."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from enum import StrEnum

from domain import text
from domain.problems import Invalid

LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*")


class UserState(StrEnum):
    """Only who is ACTIVE may be signed in."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    LOCKED = "LOCKED"


class SignInMethod(StrEnum):
    """How somebody proved who they are."""

    PASSWORD = "PASSWORD"
    SECOND_FACTOR = "SECOND_FACTOR"
    RECOVERY_CODE = "RECOVERY_CODE"
    OPENID = "OPENID"


class LinkKind(StrEnum):
    """What a link is handed over for."""

    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"


LINK_HOLDS = {
    LinkKind.INVITATION: timedelta(days=7),
    LinkKind.PASSWORD_RESET: timedelta(hours=24),
}
"""How long a link may wait to be opened."""

SECRET_BYTES = 32
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def secret_text(random: bytes) -> str:
    """A cookie's value, or a link's: SECRET_BYTES random bytes in base64url."""
    return base64.urlsafe_b64encode(random).decode().rstrip("=")


def fingerprint(secret: str) -> bytes | None:
    """What is stored of it; None for a text that cannot be one."""
    return hashlib.sha256(secret.encode()).digest() if SECRET.fullmatch(secret) else None


def email_of(given: str, *, path: tuple[str, ...] = ("email",)) -> str:
    """The address under which a person signs in, folded so that letter case is no difference.

    Raises Invalid.
    """
    known = text.line(given, path=path, longest=LONGEST_EMAIL).casefold()
    if not EMAIL.fullmatch(known):
        raise Invalid("not an e-mail address, e.g. wang@example.org", path=path)
    return known
