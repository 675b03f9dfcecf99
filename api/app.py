"""The application: routes, and what lives as long as the process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route

from api import graphql, health, pages, push
from domain.database import open_database
from domain.reader import open_reader
from domain.secrets import SecretBox
from schema.execution.engine import Engine
from schema.root import build
from settings import Settings


def create_app(settings: Settings) -> Starlette:
    """The ASGI application. It starts even while the database is away, and finds it later."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        reader = open_reader(
            settings.database_url,
            size=settings.database_pool_size,
            timeout_seconds=settings.statement_timeout_seconds,
        )
        async with open_database(settings.database_url), reader as app.state.reader:
            yield

    app = Starlette(
        routes=[
            Route("/graphql", graphql.endpoint, methods=["GET", "POST"]),
            *health.routes,
            *pages.routes,
            *push.routes,
        ],
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.secret_box = SecretBox(settings.secret_keys)
    app.state.engine = Engine(build(), zone=settings.time_zone)
    return app
