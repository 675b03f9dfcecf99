"""Queries for categories."""

from __future__ import annotations

import strawberry

from schema.categories.lists import CATEGORY_ORDERS, CategoryFilter, CategoryOrder
from schema.categories.types import Category
from schema.lookups import has_id_or
from schema.planner.declare import argument, one, page
from schema.relay import Connection


@strawberry.type
class CategoryQueries:
    category: Category | None = one(
        has_id_or("Category", "slug"),
        "One category, by id or by slug; null when there is none.",
        arguments=(
            argument("id", strawberry.ID | None, "Its global id, e.g. Category:1.", default=None),
            argument("slug", str | None, "Its name in addresses.", default=None),
        ),
    )
    categories: Connection[Category] = page(
        "Categories.",
        orders=CategoryOrder,
        by=CATEGORY_ORDERS,
        filters=CategoryFilter,
        size="category",
    )
