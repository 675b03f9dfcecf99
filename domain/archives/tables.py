"""What a site's archive holds, in the order in which it can be entered again."""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """A table of the archive. key: its primary key, a number. order: in which its rows stand, so
    that each comes after those it refers to. left_out: columns that are not for others."""

    name: str
    key: str = "id"
    order: str = "id"
    left_out: tuple[str, ...] = ()


TABLES = (
    Table("organization", order="nlevel(path), id"),
    Table("person"),
    Table("team", order="nlevel(path), id"),
    Table("campaign"),
    Table("partner"),
    Table("account", left_out=("credential",)),
    Table("article"),
    Table("article_revision"),
    Table("revision_name", key="revision_id", order="revision_id"),
    Table("article_import"),
    Table("media"),
    Table("media_rendition"),
    Table("article_media"),
    Table("post", order="repost_of_id IS NOT NULL, id"),
)

FORMAT = "xinfeng-site"
VERSION = 1
MANIFEST = "manifest.json"
LONGEST_ROW = 16 * 2**20
ROWS_AT_ONCE = 200


def member_of(table: Table) -> str:
    """Where its rows stand in the archive: a JSON object a line."""
    return f"tables/{table.name}.jsonl"


def file_member(key: str) -> str:
    """Where a file of the library stands in the archive, by its key in the store."""
    return f"files/{key}"
