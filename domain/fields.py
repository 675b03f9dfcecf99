"""Column types PostgreSQL has and Tortoise does not."""

from __future__ import annotations

from typing import Any

from tortoise.fields import Field


class LtreeField(Field[str]):
    """A place in a tree: ids from the root down, joined by dots. The database writes it."""

    SQL_TYPE = "LTREE"
    field_type = str

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        super().__init__(**kwargs)


class TsqueryField(Field[str]):
    """What PostgreSQL's text search is asked, as it writes it."""

    SQL_TYPE = "TSQUERY"
    field_type = str
