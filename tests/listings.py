"""Every list of the graph, in every order, unfiltered and with each condition alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

VALUES: dict[str, tuple[Any, ...]] = {
    "organizationId": ("Organization:7", "Organization:700"),
    "within": ("Organization:1", "Organization:2", "Organization:700"),
    "parentId": ("Organization:1",),
    "authorId": ("Person:1",),
    "accountId": ("Account:1",),
    "articleId": ("Article:1",),
    "campaignId": ("Campaign:1",),
    "actor": ("editor 1", "no such"),
    "actorId": ("", "Token:7", "no such"),
    "action": ("article.publish", "no such"),
    "subject": ("Article:5", "no such"),
    "requestId": ("", "request-5", "no such"),
    "happenedSince": ("2025-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
    "happenedBefore": ("2025-01-02T00:00:00Z", "2020-01-01T00:00:00Z"),
    "userId": ("User:1", "User:700"),
    "tokenId": ("Token:1", "Token:700"),
    "email": ("editor-1@example.org", "no such"),
    "inTerm": (True, False),
    "isRevoked": (True, False),
    "partnerId": ("Partner:1", "Partner:700"),
    "inCategory": ("Category:1", "Category:7", "Category:700"),
    "isTop": (True, False),
    "tag": ("志愿者", "no such"),
    "nameStarts": ("文明", "no such"),
    "webhookId": ("push-5", "no such"),
    "hasRejections": (True, False),
    "publishedSince": ("2026-06-01T00:00:00Z", "2030-01-01T00:00:00Z"),
    "publishedBefore": ("2025-06-01T00:00:00Z", "2020-01-01T00:00:00Z"),
    "postedSince": ("2026-06-01T00:00:00Z", "2030-01-01T00:00:00Z"),
    "postedBefore": ("2025-06-01T00:00:00Z", "2020-01-01T00:00:00Z"),
    "since": ("2026-06-01T00:00:00Z", "2030-01-01T00:00:00Z"),
    "before": ("2025-06-01T00:00:00Z", "2020-01-01T00:00:00Z"),
    "stage": ("初审", "no such"),
    "claimedBy": ("User:1", "Token:700"),
    "isOverdue": (True, False),
    "isUrgent": (True, False),
    "isRecalled": (True, False),
    "unused": (True, False),
    "text": ("志愿者", "no such"),
    "runningAt": ("2024-03-01T00:00:00Z", "2030-01-01T00:00:00Z"),
}
"""Values that fit many rows, few, and none."""

TREES = {"TeamFilter": ("Team:1", "Team:500"), "CategoryFilter": ("Category:1", "Category:7")}
"""Of filters whose `within` and `parentId` name their own tree's nodes."""

PARENTS = {"Organization": "Organization:1", "Article": "Article:100"}
"""Whose lists are looked at; the first of each type otherwise."""


@dataclass(frozen=True)
class Listing:
    """A list in one order, perhaps with one condition. place: e.g. Account.posts."""

    place: str
    order: str
    condition: str = ""
    value: Any = None
    value_type: str = ""

    def __str__(self) -> str:
        given = f" {self.condition}={self.value}" if self.condition else ""
        return f"{self.place} {self.order}{given}"

    @property
    def is_root(self) -> bool:
        return self.place.startswith("Query.")

    @property
    def variables(self) -> dict[str, Any]:
        return {"value": self.value} if self.condition else {}

    def query(self, selected: str, arguments: str = "first: 20") -> str:
        """A document that asks this of the list."""
        owner, name = self.place.split(".")
        declared = f"($value: {self.value_type})" if self.condition else ""
        given = f", filter: {{{self.condition}: $value}}" if self.condition else ""
        asked = f"{name}({arguments}, orderBy: {self.order}{given}) {{ {selected} }}"
        if owner != "Query":
            id_ = PARENTS.get(owner, f"{owner}:1")
            way = f'{owner.lower()}(id: "{id_}") {{ {asked} }}'
            asked = (
                way
                if owner in ("Column", "Review")
                else f'node(id: "{id_}") {{ ... on {owner} {{ {asked} }} }}'
            )
        return f"query{declared} {{ {asked} }}"


def listings(schema: GraphQLSchema) -> Iterator[Listing]:
    """What a search finds is in an order of its own: tests/test_search_plans.py."""
    for owner in schema.type_map.values():
        if not isinstance(owner, GraphQLObjectType) or owner is schema.mutation_type:
            continue
        for name, field in owner.fields.items():
            if not {"after", "orderBy"} <= set(field.args):
                continue
            orders = get_named_type(field.args["orderBy"].type)
            assert isinstance(orders, GraphQLEnumType)
            filters = field.args.get("filter")
            for order in orders.values:
                place = f"{owner.name}.{name}"
                yield Listing(place, order)
                if filters is not None:
                    yield from _narrowed(place, order, get_named_type(filters.type))


def _narrowed(place: str, order: str, filters: GraphQLNamedType) -> Iterator[Listing]:
    assert isinstance(filters, GraphQLInputObjectType)
    for name, field in filters.fields.items():
        type_ = get_named_type(field.type)
        values = tuple(type_.values) if isinstance(type_, GraphQLEnumType) else VALUES[name]
        if filters.name in TREES and name in ("within", "parentId"):
            values = TREES[filters.name]
        for value in values:
            yield Listing(place, order, name, value, str(field.type))
