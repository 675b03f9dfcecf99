"""Who is looking. What a viewer may see is said by each noun's own access.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from domain.problems import Forbidden


class Role(StrEnum):
    """What kind of caller this is; roles on organizations refine it later."""

    ANONYMOUS = "ANONYMOUS"
    ADMINISTRATOR = "ADMINISTRATOR"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The caller of one request. `name` is what the audit trail shows."""

    role: Role = Role.ANONYMOUS
    name: str = "anonymous"

    @property
    def is_administrator(self) -> bool:
        return self.role is Role.ADMINISTRATOR


ANONYMOUS = Viewer()
SYSTEM = Viewer(Role.ADMINISTRATOR, "system")


def require_administrator(viewer: Viewer) -> None:
    """The gate every action passes first. Raises Forbidden."""
    if not viewer.is_administrator:
        raise Forbidden("only an administrator may do this")


@dataclass(frozen=True, slots=True)
class Act:
    """The circumstances of one action: who does it, when, in answer to which request."""

    viewer: Viewer
    now: datetime
    request_id: str = ""


class Predicate(NamedTuple):
    """A condition on one row, as SQL.

    sql: the text; `{row}` stands for the row's alias and `{0}`, `{1}` … for the values, which
    are always bound, never written into the text.
    """

    sql: str
    values: tuple[Any, ...] = ()


EVERY_ROW = Predicate("TRUE")
NO_ROW = Predicate("FALSE")
