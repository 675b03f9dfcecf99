"""The checks that uploading and editing share."""

from __future__ import annotations

from typing import Any

from domain import text
from domain.media.rules import LONGEST_TEXT


def check_texts(**given: str | None) -> dict[str, Any]:
    """What is given of alt, caption, credit and licence, as it is stored. Raises Invalid."""
    return {
        name: text.line(value, path=(name,), longest=LONGEST_TEXT[name], required=False)
        for name, value in given.items()
        if value is not None
    }
