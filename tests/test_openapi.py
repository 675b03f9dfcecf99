"""The description of /v1 holds: what it allows is taken, what it does not is refused as it says.

Few requests in every run, many with XINFENG_SLOW=1:

    XINFENG_SLOW=1 .venv/bin/python -m pytest tests/test_openapi.py
"""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from requests.auth import AuthBase

from api.openapi import description
from commands.sdl import COPIES
from domain.access import SYSTEM, Act, Role
from domain.database import open_database
from domain.engagement.rules import Metric
from domain.tokens.actions import create
from tests import asgi
from tests.pushes import APP, sign
from tests.test_push_docs import make_partner, server
from tests.workbooks import workbook

EXAMPLES = 1000 if os.environ.get("XINFENG_SLOW") == "1" else 40


class Signature(AuthBase):
    """Signs as Standard Webhooks says, whatever is sent."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body: Any = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        webhook_id, now = str(uuid.uuid4()), int(time.time())
        request.headers["webhook-id"] = webhook_id
        request.headers["webhook-timestamp"] = str(now)
        request.headers["webhook-signature"] = sign(self._secret, webhook_id, now, body)
        return request


@pytest.fixture(scope="module")
def api(database_url: str) -> Iterator[tuple[str, str, str]]:
    partner = asyncio.run(make_partner(database_url))
    with server(database_url) as url:
        yield url, partner["XINFENG_PARTNER"], partner["XINFENG_SECRET"]


@pytest.mark.parametrize("name", ["pushEngagement", "listDeliveries", "showDelivery"])
def test_nothing_is_answered_otherwise_than_described(api: tuple[str, str, str], name: str) -> None:
    url, partner, secret = api
    schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json")
    operation = schema.find_operation_by_id(name)

    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        case.query = {**(case.query or {}), "partner": partner}
        case.call_and_validate(auth=Signature(secret), session=session)

    with requests.Session() as session:
        ask()


class Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["authorization"] = f"Bearer {self._token}"
        return request


async def make_administrator(database_url: str) -> str:
    async with open_database(database_url):
        act = Act(SYSTEM, datetime.now(UTC))
        return (await create(act, "importer", Role.ADMINISTRATOR, None))[1]


CELLS = st.sampled_from(["", "2247484000_1", "8", "-8", "10万+", "2026-03-01 08:00", "\x00", "é"])
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4).map(
    lambda rows: "\n".join(["文章ID,阅读量,时间", *(",".join(row) for row in rows)]).encode()
)
FILES = st.one_of(
    st.binary(max_size=2000),
    TABLES,
    TABLES.map(lambda given: given.decode().encode("utf-16")),
    st.just(workbook(["文章ID", "阅读量"], ["2247484000_1", 8])),
)


def test_an_import_is_answered_as_described(api: tuple[str, str, str], database_url: str) -> None:
    """Whatever the file and the parameters; of the right partner, so that most is looked at."""
    url, partner, _ = api
    token = asyncio.run(make_administrator(database_url))
    schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json")
    operation = schema.find_operation_by_id("importEngagement")
    statuses: set[int] = set()

    @given(case=operation.as_strategy(), file=FILES, is_theirs=st.integers(0, 4))
    @settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any, file: bytes, is_theirs: int) -> None:
        case.body = file
        if is_theirs:
            case.query = {**(case.query or {}), "partner": partner}
        answer = case.call_and_validate(auth=Bearer(token), session=session)
        statuses.add(answer.status_code)

    with requests.Session() as session:
        ask()
    assert 422 in statuses


def test_the_committed_descriptions_are_current() -> None:
    assert [copy.path.name for copy in COPIES if not copy.is_current] == []


async def test_it_is_served_and_says_what_the_types_say() -> None:
    answer = await asgi.call(APP, "GET", "/v1/openapi.json")
    assert answer.json() == description()
    shapes = answer.json()["components"]["schemas"]
    assert shapes["Metric"]["enum"] == sorted(Metric)
    assert shapes["Item"]["required"] == ["post", "metric", "value"]
    assert set(shapes["Item"]["properties"]) >= {"observedAt", "period", "itemId", "reason"}
    assert shapes["Body"]["properties"]["items"]["maxItems"] == 500
