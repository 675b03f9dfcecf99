"""What an organization's library holds, worked out from its files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from tests.oracle.sight import permissions

if TYPE_CHECKING:
    from tests.oracle.asked import Asked
    from tests.oracle.tables import Row


def library(asked: Asked, organization: Row) -> SimpleNamespace | None:
    """What its library holds, for those who see drafts there."""
    if "SEE_DRAFTS" not in permissions(asked, organization):
        return None
    files = asked.tables.nouns["Media"].values()
    used = sum(file.size for file in files if file.organization_id == organization.id)
    return SimpleNamespace(used_bytes=used, quota_bytes=organization.library_quota)
