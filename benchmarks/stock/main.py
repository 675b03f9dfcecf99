"""The application: Strawberry's own view on Starlette, Tortoise opened beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from strawberry.asgi import GraphQL

from benchmarks.stock.queries import schema
from domain.database import open_database
from settings import Settings, load_settings


def create_app(settings: Settings) -> Starlette:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with open_database(settings.database_url, pool_size=settings.database_pool_size):
            yield

    async def livez(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    view: GraphQL[None, None] = GraphQL(schema)
    routes = [Route("/livez", livez), Route("/graphql", view)]
    return Starlette(routes=routes, lifespan=lifespan)


def app() -> Starlette:
    return create_app(load_settings())
