"""Text as clients send it."""

from __future__ import annotations

from schema.planner.errors import BadInput


def plain_text(text: str) -> str:
    """Text PostgreSQL can hold. Raises BadInput."""
    if "\0" in text:
        raise BadInput("text may not contain NUL")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput("text may not contain lone surrogates") from error
    return text
