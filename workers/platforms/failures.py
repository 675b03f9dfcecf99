"""Why there is no reading. They are different types because different things follow."""

from __future__ import annotations

from datetime import datetime


class PullFailure(Exception):
    """`reason` is for people and holds no credential."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Retryable(PullFailure):
    """The same request may succeed later. after_seconds: when the platform said so."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


class Throttled(PullFailure):
    """The platform has had enough until a moment it named, or that its rules give."""

    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


class NotReady(PullFailure):
    """The platform has not counted yet what was asked about; nobody's fault."""


class Expired(PullFailure):
    """The token no longer holds. Where the adapter cannot renew it, only a person can help."""


class Refused(PullFailure):
    """The request itself is refused, and will be refused again."""


class Retired(PullFailure):
    """This endpoint will never answer again: nothing helps but another adapter."""
