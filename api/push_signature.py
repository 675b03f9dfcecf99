"""Whether a push is what its sender sent: Standard Webhooks 1.0.0."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.datastructures import Headers

from domain.problems import Forbidden, Invalid

TOLERANCE = timedelta(minutes=5)
MOST_SIGNATURES = 20
"""More are not looked at: a sender rotating its secret needs two."""

ID = re.compile(r"[\x21-\x7e]{1,200}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")
SIGNATURE = re.compile(r"v1,[A-Za-z0-9+/]{43}=")

DECOY = "whsec_" + base64.b64encode(bytes(32)).decode()
"""Verified against where there is no secret: a stranger learns nothing from how long it takes."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The three headers, well formed and of this moment, but not verified yet."""

    webhook_id: str
    timestamp: str
    signatures: tuple[str, ...]

    @property
    def sent_at(self) -> datetime:
        return datetime.fromtimestamp(int(self.timestamp), UTC)


def read_headers(headers: Headers, *, now: datetime) -> Signed:
    """Raises Invalid that names the header."""
    signed = Signed(
        webhook_id=_header(headers, "webhook-id", ID),
        timestamp=_header(headers, "webhook-timestamp", TIMESTAMP),
        signatures=_signatures(_header(headers, "webhook-signature", None)),
    )
    if abs(now.timestamp() - int(signed.timestamp)) > TOLERANCE.total_seconds():
        raise Invalid(
            "webhook-timestamp is more than five minutes off; sign anew when you send anew",
            path=("webhook-timestamp",),
            code="STALE_TIMESTAMP",
        )
    return signed


def verify(signed: Signed, body: bytes, secrets: Sequence[str]) -> None:
    """Raises Forbidden, in the same words whatever was wrong."""
    headers = {
        "webhook-id": signed.webhook_id,
        "webhook-timestamp": signed.timestamp,
        "webhook-signature": " ".join(signed.signatures),
    }
    verified = [_fits(secret, body, headers) for secret in secrets or (DECOY,)]
    if not (secrets and any(verified)):
        raise Forbidden(
            "no signature fits: wrong partner, wrong secret, or altered on the way",
            path=("webhook-signature",),
            code="WRONG_SIGNATURE",
        )


def _fits(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


def _header(headers: Headers, name: str, shape: re.Pattern[str] | None) -> str:
    values = headers.getlist(name)
    if not values:
        raise Invalid(f"the header {name} is missing", path=(name,), code="UNSIGNED")
    if len(values) > 1:
        raise _refused(name, f"the header {name} stands there more than once")
    if shape and not shape.fullmatch(values[0]):
        raise _refused(name, f"the header {name} is malformed")
    return values[0]


def _signatures(header: str) -> tuple[str, ...]:
    """Those of version 1; others may stand beside them, for others."""
    found = [part for part in header.split(" ") if SIGNATURE.fullmatch(part)]
    if not found:
        raise _refused(
            "webhook-signature", 'webhook-signature holds no "v1,…" with a SHA-256 HMAC in base64'
        )
    return tuple(found[:MOST_SIGNATURES])


def _refused(name: str, message: str) -> Invalid:
    return Invalid(message, path=(name,), code="INVALID_HEADER")
