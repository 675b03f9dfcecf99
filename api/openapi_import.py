"""How an import over HTTP is described in OpenAPI."""

from __future__ import annotations

from typing import Any

from domain.imports.columns import Field
from domain.partners.rules import Platform

Json = dict[str, Any]
BEARER: Json = {"type": "http", "scheme": "bearer", "description": "An administrator's token."}
COUNT: Json = {"type": "integer", "minimum": 0}
TEXT: Json = {"type": "string"}
SWITCH: Json = {"type": "boolean", "default": False}
COUNTS = ("rows", "accepted", "duplicates", "restated", "registered", "portions", "knownPortions")
PARAMETERS: dict[str, tuple[Json, str]] = {
    "platform": ({"enum": [member.value for member in Platform]}, "When no column says so."),
    "account": (TEXT, "Its id or handle, where the partner has several."),
    "map": (
        {"type": "array", "items": TEXT},
        f"HEADER=FIELD; a FIELD is one of {', '.join(Field)}; HEADER= leaves a column out.",
    ),
    "observedAt": (TEXT, "When the figures were so, when no column says it."),
    "daily": (SWITCH, "The figures are of their day only."),
    "registerPosts": (SWITCH, "Register posts nobody knows yet."),
    "reason": (TEXT, "Why settled figures change, when no column says so."),
    "definition": (TEXT, "What exactly is counted."),
    "sheet": (TEXT, "The workbook's sheet."),
    "encoding": (TEXT, "The CSV file's."),
    "dryRun": (SWITCH, "Answer as usual and store nothing."),
}


def importing() -> Json:
    content = {"schema": {"type": "string", "format": "binary"}}
    partner = {"type": "string", "pattern": "^Partner:[1-9][0-9]{0,17}$"}
    return {
        "operationId": "importEngagement",
        "summary": "Figures from a CSV file or an XLSX workbook; the body is the file.",
        "parameters": [
            _query("partner", partner, "Whose figures these are.", required=True),
            *(_query(name, *told) for name, told in PARAMETERS.items()),
        ],
        "requestBody": {"required": True, "content": {"application/octet-stream": content}},
        "responses": {
            "200": _answer("What became of the rows.", _result()),
            **{str(status): _refused() for status in (400, 401, 403, 404, 413, 422, 429, 503)},
        },
        "security": [{"token": []}],
    }


def _query(name: str, schema: Json, told: str, *, required: bool = False) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "schema": schema,
        "description": told,
    }


def _result() -> Json:
    rejected = {"row": COUNT, "code": TEXT, "message": TEXT}
    cells = {"type": "array", "items": TEXT}
    properties: Json = {
        **dict.fromkeys(COUNTS, COUNT),
        "columns": {"type": "object", "additionalProperties": COUNT},
        "unused": cells,
        "firstRows": {"type": "array", "items": {"type": "object"}},
        "rejected": {
            "type": "array",
            "items": {"type": "object", "properties": {**rejected, "cells": cells}},
        },
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _refused() -> Json:
    return _answer("Nothing more was stored.", {"$ref": "#/components/schemas/Refusal"})


def _answer(told: str, schema: Json) -> Json:
    return {"description": told, "content": {"application/json": {"schema": schema}}}
