"""Who asks, when, of which rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.access import Viewer
from tests.oracle.tables import Row, Tables


@dataclass(frozen=True)
class Asked:
    """zone: where a day begins."""

    tables: Tables
    viewer: Viewer
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def all(self, type_name: str) -> list[Row]:
        return self.tables.all(type_name, self.viewer)

    def find(self, id_: str) -> Row | None:
        return self.tables.find(id_, self.viewer)

    def get(self, type_name: str, number: int | None) -> Row | None:
        return self.tables.get(type_name, number, self.viewer)
