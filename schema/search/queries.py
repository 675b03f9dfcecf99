"""Searching."""

from __future__ import annotations

import strawberry

from domain.search.ranking import MOST_HEADED
from schema.planner.declare import argument, found_page
from schema.planner.readings import Order
from schema.relay import Connection
from schema.search.lists import SearchFilter
from schema.search.sql import hits
from schema.search.types import SearchHit


@strawberry.type
class SearchQueries:
    search: Connection[SearchHit] = found_page(
        "Articles, campaigns, partners and organizations with these words, what fits best first:"
        " at most some hundreds.",
        table=hits,
        by=Order("{row}.score", "bigint"),
        most=MOST_HEADED,
        filters=SearchFilter,
        arguments=(
            argument(
                "query",
                str,
                'Words that must stand there, "phrases", beginnings*, -words that must not, and OR'
                " between words of which one will do; up to 200 characters.",
            ),
            argument(
                "as_you_type",
                bool,
                "Whether the last word may be the beginning of one.",
                default=False,
            ),
        ),
    )
