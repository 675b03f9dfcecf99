"""Asking the graph as one of the callers."""

from __future__ import annotations

from typing import Any

from tests.access_table.district import District
from tests.graph import Graph


async def asked(opened: Graph, district: District, caller: str, document: str, **given: Any) -> Any:
    token = district.tokens[caller]
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return (await opened.post(document, given, **headers)).json()
