"""How an upload over HTTP is described in OpenAPI."""

from __future__ import annotations

from typing import Any

from api.media.uploads import FIELDS
from domain.media.rules import MediaKind

Json = dict[str, Any]
COUNT: Json = {"type": "integer", "minimum": 0}
TEXT: Json = {"type": "string"}
TOLD = {
    "organization": "Whose library it joins: an Organization's id.",
    "name": "What the file is called; its end follows from its content.",
    "alt": "What a picture shows, for those who do not see it.",
    "caption": "What stands below it.",
    "credit": "Who made it.",
    "licence": "Under which terms it may be used.",
}
REFUSALS = (400, 401, 403, 404, 408, 413, 415, 422, 429, 503, 507)


def uploading() -> Json:
    """`organization` may stand in the form instead, so that the query need not have it."""
    file = {"type": "string", "format": "binary"}
    fields = {name: TEXT | {"description": TOLD[name]} for name in FIELDS}
    form = {"type": "object", "properties": {**fields, "file": file}, "required": ["file"]}
    return {
        "operationId": "uploadMedia",
        "summary": "A file joins a library; the body is the file, or a form with it.",
        "parameters": [
            {"name": name, "in": "query", "schema": TEXT, "description": told}
            for name, told in TOLD.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": file},
                "multipart/form-data": {"schema": form},
            },
        },
        "responses": {
            "201": _answer("It is in the library.", _shown()),
            "200": _answer("It was there already, and stays as it was.", _shown()),
            **{str(status): _refused() for status in REFUSALS},
        },
        "security": [{"token": []}],
    }


def _shown() -> Json:
    pixels: Json = {"type": ["integer", "null"], "minimum": 1}
    properties: Json = {
        "id": TEXT | {"description": "Its id in the graph, e.g. Media:12."},
        "isNew": {"type": "boolean"},
        "kind": {"enum": [member.value for member in MediaKind]},
        "mime": TEXT,
        "bytes": COUNT,
        "width": pixels,
        "height": pixels,
        "sha256": TEXT,
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _refused() -> Json:
    return _answer("Nothing was stored.", {"$ref": "#/components/schemas/Refusal"})


def _answer(told: str, schema: Json) -> Json:
    return {"description": told, "content": {"application/json": {"schema": schema}}}
