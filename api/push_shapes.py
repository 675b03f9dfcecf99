"""The JSON shapes of a push, as they are read and as the OpenAPI description shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from domain.engagement.rules import MAX_VALUE, Bound, Finality, Metric, ValueKind
from domain.partners.rules import Platform

MOMENT = "with an offset from UTC, e.g. 2026-03-01T08:00:00+08:00"


def told(description: str) -> msgspec.Meta:
    return msgspec.Meta(description=description)


Moment = Annotated[datetime, msgspec.Meta(tz=True, description=f"A moment, {MOMENT}.")]


class NamedPost(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A post as its platform names it, by externalId, url or both."""

    platform: Annotated[Platform, told("Where it stands.")]
    external_id: Annotated[str | None, told("The platform's own id of it.")] = None
    base_url: Annotated[str | None, told("The server, where one id may be on several.")] = None
    url: Annotated[str | None, told("Where it can be seen.")] = None
    account: Annotated[str | None, told("Its account's id or handle, where several fit.")] = None
    title: Annotated[str | None, told("For registering it.")] = None
    posted_at: Annotated[Moment | None, told("When it appeared; for registering it.")] = None


class Period(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """From startsAt until before endsAt, 366 days at most."""

    starts_at: Moment
    ends_at: Moment


class Item(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One counter value. A cumulative one needs observedAt, one of an interval its period."""

    post: Annotated[str | NamedPost, told("Our id of it, like Post:12, or its platform's.")]
    metric: Annotated[Metric, told("What is counted.")]
    value: Annotated[int, told(f"0 to {MAX_VALUE:,}.")]
    observed_at: Annotated[Moment | None, told("When the counter stood there.")] = None
    period: Annotated[Period | None, told("Within which it was counted.")] = None
    value_kind: Annotated[ValueKind | None, told("Follows from period when left out.")] = None
    bound: Annotated[Bound, told("AT_LEAST for a figure like 10万+.")] = Bound.EXACT
    finality: Annotated[Finality, told("PROVISIONAL while it may be revised.")] = Finality.FINAL
    definition: Annotated[str | None, told("What exactly is counted, and its version.")] = None
    item_id: Annotated[str | None, told("Your id of the item, told again in rejected.")] = None
    reason: Annotated[str | None, told("Why a settled figure changes.")] = None


class ItemId(msgspec.Struct, frozen=True, rename="camel"):
    """All that is looked for in an item that cannot be read."""

    item_id: str = ""


class Body(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A push. Each item is read for itself."""

    items: list[msgspec.Raw]
    dry_run: Annotated[bool, told("Answer as usual and store nothing.")] = False
    upsert_posts: Annotated[bool, told("Register posts that nobody knows yet.")] = False
