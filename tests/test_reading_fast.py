"""docs/reading-fast.md says what the engine says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from api.encodings import BY_PREFERENCE, WORTH_BYTES
from domain.access import ANONYMOUS
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Request
from schema.root import build

TEXT = (Path(__file__).parent.parent / "docs" / "reading-fast.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.M | re.S)


def test_what_a_query_costs_is_what_it_says() -> None:
    engine = Engine(build(), zone="UTC")
    query, refused = _blocks("graphql")
    shown: list[Any] = [json.loads(block) for block in _blocks("json")]
    plan = engine.prepare(Request(query, {}), ANONYMOUS).plan
    assert plan is not None
    assert json.loads(plan.extensions) == shown[0]
    with pytest.raises(Refused) as raised:
        engine.prepare(Request(refused, {}), ANONYMOUS)
    assert [error.formatted for error in raised.value.errors] == shown[1:]


def test_the_codings_are_the_ones_it_says() -> None:
    assert f"Below {WORTH_BYTES:,} bytes" in TEXT
    assert [coding.decode() for coding in BY_PREFERENCE] == ["zstd", "br", "gzip"]
    assert "for zstd, brotli and gzip" in TEXT
