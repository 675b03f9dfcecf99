"""Relay's shapes: objects with global ids, and lists read page by page."""

from __future__ import annotations

from typing import Generic, TypeVar

import strawberry

from schema.planner.declare import argument, by_id, column

T = TypeVar("T")


@strawberry.interface(description="Anything with a global id.")
class Node:
    id: strawberry.ID = column("Global id, e.g. Article:12.", "'{type}:' || {row}.id")


@strawberry.type(description="Where a page ends and whether another follows.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follow behind this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the page started behind a cursor."
    )
    start_cursor: str | None = strawberry.field(description="Cursor of the page's first row.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the page's last row: give it as `after` for the next page."
    )


@strawberry.type(description="One row of a list, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Where this row stands in the list.")
    node: T = strawberry.field(description="The row itself.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The page's rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The page's rows.")
    page_info: PageInfo = strawberry.field(description="How to go on.")
    total_count: int = strawberry.field(
        description="How many rows the whole list has; counted only when asked."
    )


PAGES = (Connection, Edge, PageInfo)


@strawberry.type
class NodeQueries:
    node: Node | None = by_id(
        "Any object by its global id; null when there is none, or it is not yours to see.",
        argument("id", strawberry.ID, "Global id, e.g. Article:12."),
    )
    nodes: list[Node | None] = by_id(
        "Objects by their global ids, in the order asked; null where there is none.",
        argument("ids", list[strawberry.ID], "At most 100 global ids."),
    )
