"""The body of a push: strict JSON into what the domain takes, each item for itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import msgspec

from api.push_shapes import Body, Item, ItemId, NamedPost
from domain import text
from domain.deliveries.rules import (
    LONGEST_REASON,
    MOST_ITEMS,
    Fault,
    PostName,
    PushedItem,
    Rejection,
    WrongItem,
)
from domain.ids import parse_id
from domain.problems import Invalid

LONGEST_ITEM_ID = 100


@dataclass(frozen=True, slots=True)
class Batch:
    items: Sequence[PushedItem | WrongItem]
    dry_run: bool
    upserts_posts: bool


class NotJson(Exception):
    """The body is no JSON document at all; the message says where it breaks."""


def read_batch(body: bytes) -> Batch:
    """An item that cannot be read is a WrongItem in its place.

    Raises NotJson; Invalid when it is JSON, but no batch.
    """
    try:
        known = msgspec.json.decode(body, type=Body)
    except msgspec.ValidationError as error:
        raise Invalid(text.shown(str(error)), code="INVALID_BATCH") from None
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
    return Batch([_read_item(raw) for raw in known.items], known.dry_run, known.upsert_posts)


def _explain(body: bytes, error: msgspec.DecodeError) -> NoReturn:
    """Half of a surrogate pair is told apart from a body that was cut off."""
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotJson("a text holds half of a surrogate pair") from None
    except (ValueError, RecursionError):
        pass
    raise NotJson(str(error)) from None


def _read_item(raw: msgspec.Raw) -> PushedItem | WrongItem:
    text_ = bytes(raw).decode()
    try:
        return _item(msgspec.json.decode(raw, type=Item), text_)
    except msgspec.DecodeError as error:
        message = text.shown(str(error))
        fault = _out_of_range(message) or Fault(Rejection.MALFORMED, message)
    except Invalid as problem:
        place = "/".join(problem.path)
        fault = Fault(Rejection.MALFORMED, f"{place}: {problem.message}")
    return WrongItem(fault, _item_id(raw), text_)


def _item(item: Item, text_: str) -> PushedItem:
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
        item_id=_line(item.item_id, ("itemId",), LONGEST_ITEM_ID),
        reason=_line(item.reason, ("reason",), LONGEST_REASON),
        text=text_,
    )


def _line(given: str | None, path: tuple[str, ...], longest: int) -> str:
    return "" if given is None else text.line(given, path=path, longest=longest)


def _item_id(raw: msgspec.Raw) -> str:
    try:
        found = msgspec.json.decode(raw, type=ItemId).item_id
        return text.line(found, path=("itemId",), longest=LONGEST_ITEM_ID, required=False)
    except (msgspec.DecodeError, Invalid):
        return ""


def _out_of_range(message: str) -> Fault | None:
    """A counter wider than 64 bits is read by nothing, but it is still a counter."""
    if message.startswith("Integer value out of range"):
        return Fault(Rejection.VALUE_OUT_OF_RANGE, message)
    return None


def _post(given: str | NamedPost) -> int | PostName:
    if isinstance(given, str):
        return parse_id(given, "Post", path=("post",))[1]
    if given.external_id is None and given.url is None:
        raise Invalid("externalId or url is needed", path=("post",))
    base_url = given.base_url
    if base_url is not None:
        base_url = text.line(base_url, path=("post", "baseUrl"), longest=300, required=False)
        base_url = base_url.rstrip("/")
    return PostName(
        platform=given.platform,
        external_id=_line(given.external_id, ("post", "externalId"), 200),
        base_url=base_url,
        url=_line(given.url, ("post", "url"), 1000),
        account=_line(given.account, ("post", "account"), 200),
        title=_line(given.title, ("post", "title"), 300),
        posted_at=given.posted_at,
    )
