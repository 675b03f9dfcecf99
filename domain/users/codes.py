"""Codes of a second factor: time-based ones (RFC 6238) and recovery codes. Rules only."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from pyotp import TOTP
from pyotp.exceptions import OTPVerificationError

ISSUER = "Xinfeng"
KEY_BYTES = 20
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
STEPS_APART = 1
"""A code is taken half a minute early or late: clocks differ, and people type."""


def key_text(random: bytes) -> str:
    """A secret as apps take it: base32."""
    return base64.b32encode(random).decode()


def address_of(key: str, email: str) -> str:
    """The otpauth: address that a QR code carries."""
    return TOTP(key).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(key: str, code: str, *, now: datetime, last_step: int) -> int | None:
    """The time step a code belongs to; None for one that does not fit, or is not newer than
    last_step: a code that was taken is not taken again."""
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return None
    try:
        step = TOTP(key).verify_and_get_timecode(code, for_time=now, valid_window=STEPS_APART)
    except OTPVerificationError:
        return None
    return step if step > last_step else None


def recovery_code(random: bytes) -> str:
    """Sixteen letters and digits in fours."""
    text = base64.b32encode(random).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def recovery_fingerprint(code: str) -> bytes:
    """What is kept of a recovery code, however it was typed."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()
