"""What somebody does to their own account, or by a link that was handed to them."""

from __future__ import annotations

from datetime import datetime

from domain.access import Act, Kind, Viewer
from domain.ids import format_id
from domain.users.models import User


def as_user(user: User, now: datetime, request_id: str) -> Act:
    """As themselves, without any role: what it is used for needs none."""
    return Act(Viewer(Kind.USER, user.id, named(user)), now, request_id)


def named(user: User) -> str:
    """As the audit trail shows them."""
    return f"{user.name} ({format_id('User', user.id)})"
