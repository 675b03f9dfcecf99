"""What a platform's credential is: one text, or several by name. Sealed before it is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping

from domain import text
from domain.problems import Invalid

TOKEN = "access_token"
LONGEST = 4000

Secrets = Mapping[str, str]
"""By name, e.g. app_id, app_secret, access_token, refresh_token, expires_at."""


def secrets_of(credential: str) -> Secrets:
    """The parts of a credential; a single text is its access_token, an empty one is none.

    Parts of another type than text are left out: see `check_credential`.
    """
    parts = _object(credential)
    if parts is None:
        return {TOKEN: credential} if credential else {}
    return {name: part for name, part in parts.items() if isinstance(part, str)}


def credential_of(secrets: Secrets) -> str:
    """The text that `secrets_of` reads back."""
    return json.dumps(dict(sorted(secrets.items())), ensure_ascii=False, separators=(",", ":"))


def check_credential(credential: str) -> str:
    """One line of text; where it is a JSON object, one of texts. Raises Invalid, which never
    shows the text."""
    path = ("credential",)
    known = text.line(credential, path=path, longest=LONGEST)
    parts = _object(known)
    if parts is None:
        if known.startswith("{"):
            raise Invalid("this is neither a token nor a JSON object", path=path)
        return known
    for name, part in parts.items():
        if not isinstance(part, str):
            raise Invalid("every part of a credential is a text", path=(*path, name[:40]))
    return credential_of(secrets_of(known))


def _object(credential: str) -> dict[str, object] | None:
    try:
        parts = json.loads(credential)
    except (ValueError, RecursionError):
        return None
    return parts if isinstance(parts, dict) else None
