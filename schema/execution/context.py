"""What one request brings along."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import msgspec
import strawberry

from domain.access import Act, Viewer
from domain.secrets import SecretBox


class Context(msgspec.Struct, frozen=True):
    """Who asks, when, under which request id; and the box secrets are sealed in.

    address: where links for people lead; empty where that is not known.
    """

    viewer: Viewer
    now: datetime
    request_id: str
    box: SecretBox
    address: str = ""

    @property
    def act(self) -> Act:
        return Act(self.viewer, self.now, self.request_id)


Info: TypeAlias = strawberry.Info[Context, None]
