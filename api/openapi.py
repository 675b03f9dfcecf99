"""The OpenAPI 3.1 description of /v1: shapes from the types that read them, statuses from here."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.media.description import uploading
from api.openapi_import import BEARER, importing
from api.push_refusals import json_response
from api.push_shapes import Body, Item
from domain.deliveries.rules import MOST_ITEMS, Rejection

Json = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"
SIGNED: list[Json] = [{"webhookId": [], "webhookTimestamp": [], "webhookSignature": []}]
COUNT: Json = {"type": "integer", "minimum": 0}
TEXT: Json = {"type": "string"}
MOMENT: Json = {"type": "string", "format": "date-time"}


def description() -> Json:
    """The whole document."""
    _, shapes = msgspec.json.schema_components([Item, Body], ref_template=REFERENCE)
    shapes["Body"]["properties"]["items"] = {
        "description": "Each is read for itself: what is no Item is rejected, the others count.",
        "type": "array",
        "maxItems": MOST_ITEMS,
        "items": {"anyOf": [_shape("Item"), {}]},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Xinfeng, for partners",
            "version": "1",
            "description": "Partners push their statistics, signed as Standard Webhooks says.",
        },
        "paths": {
            "/v1/engagement": {"post": _push()},
            "/v1/engagement/import": {"post": importing()},
            "/v1/media": {"post": uploading()},
            "/v1/deliveries": {"get": _list()},
            "/v1/deliveries/{webhookId}": {"get": _one()},
        },
        "components": {
            "schemas": {**shapes, **_answers()},
            "securitySchemes": {**_schemes(), "token": BEARER},
        },
    }


def _push() -> Json:
    refusals = (400, 401, 409, 413, 415, 422, 429, 503)
    return {
        "operationId": "pushEngagement",
        "summary": "Push statistics. 200 means: they are in the database.",
        "parameters": [_partner()],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _shape("Body")}},
        },
        "responses": {"200": _answer("Answer", "What became of the items."), **_refused(refusals)},
        "security": SIGNED,
    }


def _list() -> Json:
    first = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    after = {"type": "string", "pattern": "^Delivery:[1-9][0-9]{0,17}$"}
    return {
        "operationId": "listDeliveries",
        "summary": "What was pushed, newest first. Signed over an empty body.",
        "parameters": [
            _partner(),
            {"name": "first", "in": "query", "schema": first, "description": "How many at most."},
            {"name": "after", "in": "query", "schema": after, "description": "As `next` said."},
        ],
        "responses": {
            "200": _answer("Deliveries", "A page."),
            **_refused((400, 401, 503)),
        },
        "security": SIGNED,
    }


def _one() -> Json:
    path = {
        "name": "webhookId",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
        "description": "The push's webhook-id.",
    }
    return {
        "operationId": "showDelivery",
        "summary": "One push, with every rejected item. Signed over an empty body.",
        "parameters": [_partner(), path],
        "responses": {
            "200": _answer("Delivery", "What became of it."),
            **_refused((400, 401, 404, 503)),
        },
        "security": SIGNED,
    }


def _partner() -> Json:
    return {
        "name": "partner",
        "in": "query",
        "required": True,
        "schema": {"type": "string", "pattern": "^Partner:[1-9][0-9]{0,17}$"},
        "description": "Who sends this.",
    }


def _answers() -> Json:
    index = {**COUNT, "description": "Its place in the push, counted from 0."}
    code = {"type": "string", "enum": [member.value for member in Rejection]}
    rejected = {"index": index, "code": code, "message": TEXT, "itemId": TEXT}
    registered = _object({"index": index, "post": TEXT})
    counts = {"accepted": COUNT, "duplicates": COUNT, "restated": COUNT}
    listed = {
        **{"id": TEXT, "webhookId": TEXT, "receivedAt": MOMENT, "items": COUNT},
        **{**counts, "rejected": COUNT},
    }
    restated = {"index": index, "post": TEXT, "metric": _shape("Metric"), "observedAt": MOMENT}
    return {
        "Rejected": _object(rejected, optional={"itemId"}),
        "Answer": _object(
            {
                **counts,
                "rejected": _list_of(_shape("Rejected")),
                "registered": _list_of(registered),
            },
            optional={"restated", "registered"},
        ),
        "Delivery": _object(
            {
                **listed,
                "registered": _list_of(registered),
                "rejected": _list_of(_object({**rejected, "item": TEXT}, optional={"itemId"})),
                "restatements": _list_of(_object({**restated, "reason": TEXT})),
            }
        ),
        "Deliveries": _object(
            {"deliveries": _list_of(_object(listed)), "next": {"type": ["string", "null"]}}
        ),
        "Refusal": _object({"error": _object({"code": TEXT, "message": TEXT})}),
    }


def _schemes() -> Json:
    told = {
        "webhook-id": "Your id of this request; sent again, the same.",
        "webhook-timestamp": "Now, in seconds since 1970, five minutes off at most.",
        "webhook-signature": "v1, and the HMAC-SHA256 of id.timestamp.body in base64.",
    }
    return {
        "".join(
            part.capitalize() if place else part for place, part in enumerate(name.split("-"))
        ): {
            "type": "apiKey",
            "in": "header",
            "name": name,
            "description": text,
        }
        for name, text in told.items()
    }


def _refused(statuses: tuple[int, ...]) -> Json:
    return {str(status): _answer("Refusal", "Nothing was stored.") for status in statuses}


def _answer(name: str, told: str) -> Json:
    content = {"application/json": {"schema": _shape(name)}}
    return {"description": told, "content": content}


def _object(properties: Json, *, optional: Collection[str] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    shape = {"type": "object", "properties": properties, "required": required}
    return {**shape, "additionalProperties": False}


def _list_of(items: Json) -> Json:
    return {"type": "array", "items": items}


def _shape(name: str) -> Json:
    return {"$ref": REFERENCE.format(name=name)}


async def show(_request: Request) -> Response:
    return json_response(200, description())


routes = [Route("/v1/openapi.json", show, methods=["GET"])]
