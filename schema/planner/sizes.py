"""How long a list is, read where the database keeps it: in list_size."""

from __future__ import annotations

from domain.access import ANONYMOUS, EVERY_ROW
from schema.planner.readings import Visible
from schema.planner.statement import Statement


def kept_size(statement: Statement, list_: str, parent: str, visible: Visible) -> str:
    """SQL of the list's length, or an empty text when what this viewer sees is not kept.

    list_: e.g. "post", or "post.article_id" below one parent, whose row is `parent`.
    """
    seen = visible(statement.viewer)
    if not list_ or seen not in (EVERY_ROW, visible(ANONYMOUS)):
        return ""
    of = f"{parent}.id" if "." in list_ else "0"
    return size_sql(list_, of, "everything" if seen == EVERY_ROW else "public")


def size_sql(list_: str, parent: str, scope: str) -> str:
    """scope: "everything", or "public" for what everybody may see."""
    return (
        f"(SELECT coalesce(sum(size.{scope}), 0) FROM list_size size"
        f" WHERE size.list = '{list_}' AND size.parent = {parent})"
    )
