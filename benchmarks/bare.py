"""Bare Starlette routes, as little as a server in Python can be: `/bytes/W1` answers with bytes it
holds, `/statement/W1` runs W1's prepared statement and answers with what the database sent."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from benchmarks.statements import CONNECTION, read_bytes, unpacked
from domain.database import connection_parameters
from settings import Settings, load_settings

DIRECTORY = "XINFENG_BENCH_DIRECTORY"
"""Where `statements` and the `answers` are that the server gave."""


async def _keep(_connection: asyncpg.Connection) -> None:
    """Nothing to reset."""


def create_app(settings: Settings, directory: Path) -> Starlette:
    statements = unpacked((directory / "statements").read_text())
    answers = {name: (directory / f"{name}.json").read_bytes() for name in statements}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            **connection_parameters(settings.database_url),
            **CONNECTION,
            min_size=0,
            max_size=settings.database_pool_size,
            init=read_bytes,
            reset=_keep,
        ) as app.state.pool:
            yield

    async def livez(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def held(request: Request) -> Response:
        return Response(answers[request.path_params["name"]], media_type="application/json")

    async def run(request: Request) -> Response:
        statement = statements[request.path_params["name"]]
        row = await request.app.state.pool.fetchrow(statement.sql, *statement.values)
        return Response(statement.body(row), media_type="application/json")

    routes = [
        Route("/livez", livez),
        Route("/bytes/{name}", held),
        Route("/statement/{name}", run),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def app() -> Starlette:
    return create_app(load_settings(), Path(os.environ[DIRECTORY]))
