"""Bilibili's signature, written anew from its documentation for the tests."""

from __future__ import annotations

import hashlib
import hmac
import time
from itertools import count

_nonces = count(1)


def signed(
    token: str, *, key: str = "client", secret: str = "secret-of-client", **changes: str
) -> dict[str, str]:
    """The headers of a GET. changes: fields that shall be otherwise, signed as they are."""
    fields = {
        "x-bili-accesskeyid": key,
        "x-bili-content-md5": hashlib.md5(b"").hexdigest(),
        "x-bili-signature-method": "HMAC-SHA256",
        "x-bili-signature-nonce": f"{time.time_ns()}-{next(_nonces)}",
        "x-bili-signature-version": "2.0",
        "x-bili-timestamp": str(int(time.time())),
    }
    fields |= {f"x-bili-{name.replace('_', '-')}": value for name, value in changes.items()}
    lines = "\n".join(f"{name}:{fields[name]}" for name in sorted(fields))
    signature = hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()
    return {**fields, "Access-Token": token, "Authorization": signature}
