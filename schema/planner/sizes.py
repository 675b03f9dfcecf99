"""How long a list is, read where the database keeps it: in list_size."""

from __future__ import annotations

from domain.access import ANONYMOUS, EVERY_ROW, Viewer
from schema.planner.readings import Visible

COUNTED = 1_000
"""What a `totalCount` that has to be counted costs, as so many rows, though it is counted to the
end; and a leaderboard whose period's days are added up."""
COUNTED_BELOW = 20
"""The same below a parent, whose rows bound it."""


def kept_scope(viewer: Viewer, visible: Visible) -> str:
    """Which rows of a list this viewer sees, as list_size names them: "everything", "public" for
    what everybody may see, or an empty text for another part, which is not kept."""
    seen = visible(viewer)
    if seen == EVERY_ROW:
        return "everything"
    return "public" if seen == visible(ANONYMOUS) else ""


def size_sql(list_: str, parents: str, scope: str) -> str:
    """The length of lists together. list_: e.g. "post", or "post.article_id" below some parents:
    SQL of their ids, 0 for the whole table."""
    return (
        f"(SELECT coalesce(sum(size.{scope}), 0) FROM list_size size"
        f" WHERE size.list = '{list_}' AND size.parent IN ({parents}))"
    )
