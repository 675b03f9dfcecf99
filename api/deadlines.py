"""Until when a request is worked on: so long after it came, or less where its client wishes so."""

from __future__ import annotations

import re

WAIT = re.compile(rb'(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:[,;]|$)', re.IGNORECASE)
"""Of the header Prefer (RFC 7240, 4.3): seconds that the client is willing to wait."""

ENDS_AT = "xinfeng.ends_at"
"""Where a scope holds the moment, on the event loop's clock."""


class TooSlow(Exception):
    """The request did not come to its end in the time that it may take to come."""


def wished_seconds(prefer: bytes) -> int | None:
    """None without a wish. Less than a second is no wish that can be met."""
    found = WAIT.search(prefer)
    return max(1, int(found[1])) if found else None
