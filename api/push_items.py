"""The body of a push: strict JSON into what the domain takes, each item for itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NoReturn

import msgspec

from domain import text
from domain.deliveries.rules import MOST_ITEMS, Fault, PostName, PushedItem, Rejection
from domain.engagement.rules import Bound, Finality, Metric, ValueKind
from domain.ids import parse_id
from domain.partners.rules import Platform
from domain.problems import Invalid

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Named(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    platform: Platform
    external_id: str
    base_url: str | None = None


class _Period(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    starts_at: Moment
    ends_at: Moment


class _Item(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    post: str | _Named
    metric: Metric
    value: int
    observed_at: Moment | None = None
    period: _Period | None = None
    value_kind: ValueKind | None = None
    bound: Bound = Bound.EXACT
    finality: Finality = Finality.FINAL
    definition: str | None = None


class _Body(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    items: list[msgspec.Raw]
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    items: Sequence[PushedItem | Fault]
    dry_run: bool


class NotJson(Exception):
    """The body is no JSON document at all; the message says where it breaks."""


def read_batch(body: bytes) -> Batch:
    """A wrong item is a Fault in its place.

    Raises NotJson; Invalid when it is JSON, but no batch.
    """
    try:
        known = msgspec.json.decode(body, type=_Body)
    except msgspec.ValidationError as error:
        raise Invalid(str(error), code="INVALID_BATCH") from None
    except msgspec.DecodeError as error:
        _explain(body, error)
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    if len(known.items) > MOST_ITEMS:
        raise Invalid(
            f"there are {len(known.items)} items, {MOST_ITEMS} are the most",
            path=("items",),
            code="TOO_MANY_ITEMS",
        )
    return Batch([_read_item(raw) for raw in known.items], known.dry_run)


def _explain(body: bytes, error: msgspec.DecodeError) -> NoReturn:
    """Half of a surrogate pair is told apart from a body that was cut off."""
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotJson("a text holds half of a surrogate pair") from None
    except (ValueError, RecursionError):
        pass
    raise NotJson(str(error)) from None


def _read_item(raw: msgspec.Raw) -> PushedItem | Fault:
    try:
        item = msgspec.json.decode(raw, type=_Item)
        return PushedItem(
            post=_post(item.post),
            metric=item.metric,
            value=item.value,
            observed_at=item.observed_at,
            period=(item.period.starts_at, item.period.ends_at) if item.period else None,
            value_kind=item.value_kind,
            bound=item.bound,
            finality=item.finality,
            definition=item.definition,
        )
    except msgspec.DecodeError as error:
        return _out_of_range(str(error)) or Fault(Rejection.MALFORMED, str(error))
    except Invalid as problem:
        place = "/".join(problem.path)
        return Fault(Rejection.MALFORMED, f"{place}: {problem.message}")


def _out_of_range(message: str) -> Fault | None:
    """A counter wider than 64 bits is read by nothing, but it is still a counter."""
    if message.startswith("Integer value out of range"):
        return Fault(Rejection.VALUE_OUT_OF_RANGE, message)
    return None


def _post(given: str | _Named) -> int | PostName:
    if isinstance(given, str):
        return parse_id(given, "Post", path=("post",))[1]
    external_id = text.line(given.external_id, path=("post", "externalId"), longest=200)
    if given.base_url is None:
        return PostName(given.platform, external_id)
    base_url = text.line(given.base_url, path=("post", "baseUrl"), longest=300, required=False)
    return PostName(given.platform, external_id, base_url.rstrip("/"))
