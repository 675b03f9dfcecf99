"""Values of arguments, drawn by what they mean; and how they are written in a document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)

from tests.oracle.words import Words

COUNTED = ("Account", "Article", "Campaign", "Network", "Organization", "Partner", "Post")
ID_FIELDS = {
    "accountId": "Account",
    "articleId": "Article",
    "authorId": "Person",
    "campaignId": "Campaign",
    "inCategory": "Category",
    "organizationId": "Organization",
}

TREES = {"TeamFilter": "Team", "CategoryFilter": "Category"}
"""Whose `within` and `parentId` name nodes of their own tree; all others' name organizations."""


@dataclass(frozen=True)
class Spot:
    """Where a value stands: the argument (or the filter's field) and what is known around it.

    most: the largest `first` that may be drawn. order: of the list, for its cursors.
    types: whose ids may stand here.
    """

    name: str
    type_: GraphQLInputType
    most: int = 0
    order: tuple[str, str] = ("", "")
    types: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for spots where the same variable may stand."""
        return self.name, str(self.type_), self.most, self.order, self.types

    def below(self, name: str, type_: GraphQLInputType, owner: str) -> Spot:
        """A field of the filter that stands here."""
        tree = TREES.get(owner, "Organization")
        known = tree if name == "parentId" else ID_FIELDS.get(name, tree)
        return Spot(name, type_, types=(known,))


class Values:
    def __init__(self, random: Random, words: Words) -> None:
        self.random = random
        self.words = words

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def one(self, choices: Sequence[Any]) -> Any:
        return self.random.choice(choices)

    def some(self, choices: Iterable[Any], most: int) -> list[Any]:
        """Each once at most."""
        known = list(choices)
        return self.random.sample(known, self.random.randint(0, min(most, len(known))))

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def new(self, spot: Spot) -> Any:
        """A value that is not null, as JSON has it."""
        type_ = get_nullable_type(spot.type_)
        if isinstance(type_, GraphQLList):
            return [self._scalar(spot) for _ in range(self.number(0, 4))]
        if isinstance(type_, GraphQLEnumType):
            return self.one(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_, spot)
        return self._scalar(spot)

    def alike(self, value: Any, spot: Spot) -> Any:
        """Another value of the same shape: the same nulls, enums and fields, other scalars."""
        type_ = get_nullable_type(spot.type_)
        if value is None or isinstance(type_, GraphQLEnumType):
            return value
        if isinstance(type_, GraphQLInputObjectType):
            return {
                name: self.alike(inner, spot.below(name, type_.fields[name].type, type_.name))
                for name, inner in value.items()
            }
        return self.new(spot)

    def _object(self, type_: GraphQLInputObjectType, spot: Spot) -> dict[str, Any]:
        names = self.some(type_.fields, 2)
        return {
            name: None
            if self.chance(10)
            else self.new(spot.below(name, type_.fields[name].type, type_.name))
            for name in names
        }

    def _scalar(self, spot: Spot) -> Any:
        words = self.words
        if str(get_nullable_type(spot.type_)) == "Boolean":
            return self.chance(50)
        match spot.name:
            case "first":
                return self.number(1, spot.most)
            case "hours":
                return self.one([1, 24, 72])
            case "number" | "from" | "to":
                return self.one([1, 2, 3, 0])
            case "after":
                return self.one(words.cursors[spot.order])
            case "since" | "before" if str(get_nullable_type(spot.type_)) == "DateTime":
                return self.one(words.moments)
            case "since":
                return self.one(words.first_days)
            case "until":
                return self.one(words.last_days)
            case "publishedSince" | "publishedBefore" | "postedSince" | "postedBefore":
                return self.one(words.moments)
            case "runningAt" | "happenedSince" | "happenedBefore":
                return self.one(words.moments)
            case "minimumCoverage":
                return self.one([0, 0.25, 0.5, 2 / 3, 0.8, 1])
            case "asOf":
                return self.one(words.believed)
            case name if name in words.texts:
                return self.one(words.texts[name])
        return self.one(words.ids[self.one(spot.types)])


def written(value: Any, type_: GraphQLInputType) -> str:
    """A value as a GraphQL literal."""
    inner = get_nullable_type(type_)
    if value is None:
        return "null"
    if isinstance(inner, GraphQLEnumType):
        return str(value)
    if isinstance(inner, GraphQLList):
        return f"[{', '.join(written(item, inner.of_type) for item in value)}]"
    if isinstance(inner, GraphQLInputObjectType):
        fields = (f"{name}: {written(of, inner.fields[name].type)}" for name, of in value.items())
        return "{" + ", ".join(fields) + "}"
    return json.dumps(value, ensure_ascii=False)


def is_required(type_: GraphQLInputType) -> bool:
    return isinstance(type_, GraphQLNonNull)
