"""graphql-core over the committed SDL, every field resolved on its own from rows in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, TypeGuard

from graphql import (
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    execute,
    get_named_type,
    parse,
)

from domain.access import ANONYMOUS
from tests.oracle import libraries, media, newsroom, reviews, searching
from tests.oracle.asked import Asked
from tests.oracle.counting import Series, compared, leaders, points, stale, total
from tests.oracle.distribution import recalled
from tests.oracle.indices import formulas, indices, inputs
from tests.oracle.lists import page
from tests.oracle.pulls import pull_status
from tests.oracle.revisions import REVISIONS
from tests.oracle.sight import permissions
from tests.oracle.tables import Network, Row


class OracleFailed(Exception):
    """The oracle found errors where none may be: the document or the oracle is wrong."""


def schema_of(sdl: str) -> GraphQLSchema:
    """The schema of an SDL text, its own scalars as they are described there."""
    schema = build_schema(sdl)
    for name, (parse_value, serialize) in SCALARS.items():
        scalar = schema.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        scalar.parse_value = scalar.coerce_input_value = parse_value  # type: ignore[method-assign, assignment]
        scalar.serialize = scalar.coerce_output_value = serialize  # type: ignore[method-assign, assignment]
    return schema


def _in_utc(moment: datetime) -> str:
    """As PostgreSQL writes it: no zeros at the end of a part of a second."""
    text = moment.astimezone(UTC).isoformat()
    return re.sub(r"(\.\d*?)0+(?=\+)", r"\1", text)


SCALARS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "DateTime": (datetime.fromisoformat, _in_utc),
    "Date": (date.fromisoformat, date.isoformat),
    "BigInt": (int, int),
}


def answer(
    schema: GraphQLSchema, document: str, variables: Mapping[str, Any], asked: Asked
) -> dict[str, Any]:
    """The data of a valid document."""
    result = execute(
        schema,
        parse(document),
        context_value=asked,
        variable_values=dict(variables),
        field_resolver=_resolve,
        type_resolver=lambda row, info, type_: type(row).__name__,
        # Everything stands in memory. A model can be awaited, which here would only be slow.
        is_awaitable=_never,
    )
    data = getattr(result, "data", None)
    errors = getattr(result, "errors", None)
    if errors or data is None:
        raise OracleFailed(errors)
    return dict(data)


def _never(value: Any) -> TypeGuard[Awaitable[Any]]:
    return False


def _resolve(source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
    asked: Asked = info.context
    parent, name = info.parent_type.name, info.field_name
    own = FIELDS.get((parent, name)) or EVERYWHERE.get(name)
    if own is not None:
        return own(asked, source, **given)
    target = get_named_type(info.return_type).name
    if target.endswith("Connection"):
        return page(asked, source, (parent, name), target.removesuffix("Connection"), **given)
    column = _snake(name)
    if target in asked.tables.nouns and hasattr(source, f"{column}_id"):
        return asked.get(target, getattr(source, f"{column}_id"))
    return getattr(source, column)


def _id(asked: Asked, row: Row) -> str:
    return "Network:1" if isinstance(row, Network) else f"{type(row).__name__}:{row.id}"


def _total_of(metric: str) -> Callable[[Asked, Row], Any]:
    return lambda asked, row, **given: total(asked, row, metric, given.get("asOf"))


def _python(given: dict[str, Any]) -> dict[str, Any]:
    return {_snake(name): value for name, value in given.items()}


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def _series(asked: Asked, row: Row, **given: Any) -> Any:
    return points(asked, Series(row, **_python(given)))


def _ancestors(asked: Asked, row: Row) -> list[Row]:
    return asked.tables.line(row)[:0:-1]


def _node(asked: Asked, root: None, id: str) -> Row | None:
    return asked.find(id)


def _article(asked: Asked, root: None, id: str | None, slug: str | None) -> Row | None:
    if id is not None:
        return asked.find(id)
    return next((row for row in asked.all("Article") if row.slug == slug), None)


def _category(asked: Asked, root: None, id: str | None, slug: str | None) -> Row | None:
    if id is not None:
        return asked.find(id)
    return next((row for row in asked.all("Category") if row.slug == slug), None)


def _engagement_series(asked: Asked, root: None, id: str, **given: Any) -> Series | None:
    subject = asked.find(id)
    return None if subject is None else Series(subject, **_python(given))


def _definitions(asked: Asked, root: None, platform: str | None, metric: str | None) -> list[Row]:
    return [
        row
        for row in asked.tables.definitions
        if platform in (None, row.platform) and metric in (None, row.metric)
    ]


def _partner_of_post(asked: Asked, post: Row) -> Row | None:
    account = asked.get("Account", post.account_id)
    assert account is not None
    return asked.get("Partner", account.partner_id)


def _discount(asked: Asked, flag: Row) -> Row | None:
    return next((each for each in asked.all("EngagementDiscount") if each.flag_id == flag.id), None)


def json_text(data: dict[str, Any]) -> str:
    """As PostgreSQL writes jsonb: shorter keys first."""
    ordered = dict(sorted(data.items(), key=lambda item: (len(item[0].encode()), item[0])))
    return json.dumps(ordered, ensure_ascii=False)


def _json_or_none(column: str) -> Callable[[Asked, Row], str | None]:
    def text(asked: Asked, row: Row) -> str | None:
        data = getattr(row, column)
        return None if data is None else json_text(data)

    return text


def _hex(column: str) -> Callable[[Asked, Row], str]:
    return lambda asked, row: bytes(getattr(row, column)).hex()


def _link(asked: Asked, entry: Row) -> Row | None:
    return next((each for each in asked.all("AuditLink") if each.entry_id == entry.id), None)


def _rejections(delivery: Row) -> list[SimpleNamespace]:
    return [SimpleNamespace(item_id=entry.get("itemId"), **entry) for entry in delivery.rejected]


def _restatements(asked: Asked, delivery: Row) -> list[Row]:
    found = [row for row in asked.all("Restatement") if row.delivery_id == delivery.id]
    return sorted(found, key=lambda row: row.index)


def _counts(asked: Asked, network: Network) -> SimpleNamespace:
    """What everybody may see is counted, whoever asks."""
    public = {name: len(asked.tables.all(name, ANONYMOUS)) for name in asked.tables.nouns}
    plural = {"Person": "people"}
    return SimpleNamespace(
        **{plural.get(name, f"{name.lower()}s"): number for name, number in public.items()}
    )


EVERYWHERE: dict[str, Callable[..., Any]] = {
    "id": _id,
    "reads": _total_of("READS"),
    "likes": _total_of("LIKES"),
    "comments": _total_of("COMMENTS"),
    "shares": _total_of("SHARES"),
    "series": _series,
    "gained": lambda asked, row, **given: compared(asked, row, **_python(given)),
    "ancestors": _ancestors,
}

FIELDS: dict[tuple[str, str], Callable[..., Any]] = {
    ("Query", "node"): _node,
    ("Organization", "viewerPermissions"): permissions,
    ("Organization", "library"): libraries.library,
    ("Query", "nodes"): lambda asked, root, ids: [asked.find(id_) for id_ in ids],
    ("Query", "article"): _article,
    ("Query", "network"): lambda asked, root: Network(),
    ("Query", "leaderboard"): lambda asked, root, **given: leaders(asked, **_python(given)),
    ("Query", "definitions"): _definitions,
    ("Query", "engagementSeries"): _engagement_series,
    **{
        ("Query", name): _node
        for name in (
            *("account", "campaign", "distribution", "media", "organization", "partner", "post"),
            "review",
        )
    },
    **REVISIONS,
    **newsroom.FIELDS,
    **reviews.FIELDS,
    **searching.FIELDS,
    ("AuditEntry", "before"): _json_or_none("before"),
    ("AuditEntry", "after"): _json_or_none("after"),
    ("AuditEntry", "link"): _link,
    ("AuditLink", "previous"): _hex("previous"),
    ("AuditLink", "hash"): _hex("hash"),
    ("Delivery", "rejected"): lambda asked, delivery: len(delivery.rejected),
    ("Delivery", "rejections"): lambda asked, delivery: _rejections(delivery),
    ("Delivery", "restatements"): lambda asked, delivery: _restatements(asked, delivery),
    ("Distribution", "isRecalled"): recalled,
    ("Distribution", "package"): lambda asked, row: SimpleNamespace(**row.package),
    ("InflationFlag", "inputs"): lambda asked, flag: json_text(flag.inputs),
    ("InflationFlag", "discount"): _discount,
    ("WebhookMessage", "webhookId"): lambda asked, message: f"msg_{message.id}",
    ("WebhookMessage", "data"): lambda asked, message: json_text(message.data),
    ("WebhookMessage", "nextAt"): lambda asked, message: (
        message.next_at if message.state == "PENDING" else None
    ),
    ("Coverage", "stale"): stale,
    ("EngagementSeries", "points"): lambda asked, series: points(asked, series),
    ("Account", "pullStatus"): pull_status,
    ("Account", "indices"): indices,
    ("Partner", "indices"): indices,
    ("IndexScore", "inputs"): inputs,
    ("Query", "indexFormulas"): formulas,
    ("Media", "bytes"): lambda asked, row: row.size,
    ("Media", "isPublic"): lambda asked, row: media.is_public(asked.tables, row),
    ("Media", "originalUrl"): media.original_url,
    ("Media", "renditions"): media.renditions,
    ("Media", "similar"): media.similar,
    ("Media", "url"): media.url,
    ("Media", "usedBy"): media.used_by,
    ("MediaRendition", "bytes"): lambda asked, row: row.size,
    ("MediaRendition", "url"): media.rendition_url,
    ("Network", "counts"): _counts,
    ("Category", "path"): lambda asked, row: [above.name for above in asked.tables.line(row)][::-1],
    ("Query", "category"): _category,
    ("Post", "partner"): _partner_of_post,
}
