"""What a publisher is: it builds the requests that put an article on a platform, and reads what
the platform says; like an adapter (workers/platforms/protocol.py) it does nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from domain.distribution.actions import Carried
from domain.partners.rules import Platform
from workers.platforms.protocol import Answer, PulledAccount, Request

Package = Mapping[str, Any]
"""Fields of domain/distribution/packages.py's Package, by name."""


class Publisher(ABC):
    """One platform; subclass it.

    key: the same in every attempt at one distribution, and of no other: what was sent twice must
    stand there once.
    """

    platform: Platform

    @abstractmethod
    def build(self, account: PulledAccount, package: Package, key: str) -> Request:
        """Raises Expired or Refused when none can be made."""

    @abstractmethod
    def read(self, answer: Answer) -> Carried:
        """Where it stands. Raises PullFailure, and nothing else, whatever the answer holds."""

    def build_search(self, account: PulledAccount, key: str) -> Request | None:
        """Asks whether an earlier attempt arrived; None where the platform itself sees to it that
        a key is used once."""
        return None

    def read_search(self, answer: Answer) -> Carried | None:
        """None: it did not arrive. Raises PullFailure when the answer does not tell."""
        raise NotImplementedError
