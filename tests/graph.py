"""The application in this process, asked over ASGI, with its statements counted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

import domain.reader
from api.app import Application, create_app
from settings import Settings
from tests.asgi import Response, call, lifespan

KEY = "a-key-for-tests"
PLENTY: dict[str, Any] = {"address_points": 10**9, "caller_points": 10**9, "failure_points": 10**6}
"""Nobody meets a limit whose test is elsewhere."""


@dataclass
class Graph:
    """statements: what was sent over the connections that read, in order."""

    app: Application
    statements: list[str] = field(default_factory=list)

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, **headers: Any
    ) -> Response:
        body = json.dumps({"query": query, "variables": variables}).encode()
        sent = {"content-type": "application/json", **headers}
        response = await call(self.app, "POST", "/graphql", headers=sent, body=body)
        await asyncio.sleep(0)  # asyncpg tells of statements at the loop's next turn
        return response

    async def ask(self, query: str, *, token: str = "", **variables: Any) -> Any:
        """The data of an answer without errors."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = (await self.post(query, variables, **headers)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def error(self, query: str, *, token: str = "", **variables: Any) -> Any:
        """The only error of an answer without data."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = (await self.post(query, variables, **headers)).json()
        assert answer.get("data") is None
        (error,) = answer["errors"]
        return error


@asynccontextmanager
async def graph(database_url: str, **given: Any) -> AsyncIterator[Graph]:
    """Stands on a database Tortoise is not yet opened on in this process. given: more settings."""
    settings = Settings(DATABASE_URL=database_url, secret_key=KEY, **{**PLENTY, **given})
    app = create_app(settings)
    opened = Graph(app)
    prepare = domain.reader._prepare

    def note(query: LoggedQuery) -> None:
        opened.statements.append(query.query)

    async def prepare_and_listen(connection: asyncpg.Connection) -> None:
        await prepare(connection)
        connection.add_query_logger(note)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(domain.reader, "_prepare", prepare_and_listen)
        async with lifespan(app):
            yield opened
