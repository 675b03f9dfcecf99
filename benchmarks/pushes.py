"""A push as a partner sends it: Standard Webhooks."""

from __future__ import annotations

import base64
import hmac
import time


def signed(secret: str, name: str, body: bytes) -> dict[str, str]:
    """The headers of a push sent now; name: its webhook-id."""
    sent_at = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.digest(key, f"{name}.{sent_at}.".encode() + body, "sha256")
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": sent_at,
        "webhook-signature": "v1," + base64.b64encode(signature).decode(),
    }
