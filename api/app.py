"""The application: routes, and what lives as long as the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from api import health, imports, openapi, pages, push, push_log
from api.addresses import Addresses
from api.admission import Admission
from api.answering import Answering
from api.callers import Callers, SessionRules, utc_now
from api.cors import Cors
from api.disconnects import watching
from api.encodings import PLAIN
from api.events import PATIENCE_SECONDS, Events
from api.following import following
from api.graphql import GraphQL
from api.load import Load
from api.media import files, previewed, uploads
from api.meters import Allowances
from api.metrics.operations import OperationNames, Operations
from api.metrics.rest import CountedRest
from api.metrics.sampling import sampling
from api.metrics.standing import Standing
from api.metrics.tally import Tally
from api.outgoing import Outgoing
from api.people import account, links, openid, records, reviewing, signing_in
from api.people.provider import Provider, Registration
from api.push_load import Gate
from api.rates import Policy, Rates
from api.reading import feeds, previews, sitemaps
from api.reading import pages as reading_pages
from api.replies import headers_of
from api.request_ids import Identified
from api.shared_reads import SharedReads
from api.sockets import serve_socket
from api.stopping import Stopping
from api.streams import stream
from api.traced import Traced
from domain.database import open_database
from domain.engagement.actions.backlog import backlog
from domain.media.storage import open_storage
from domain.notifications import listening
from domain.public_addresses import networks
from domain.reader import open_reader
from domain.secrets import SecretBox
from domain.spans import traces_to
from outgoing.guards import Guard, places_of
from schema.execution.discretion import Discretion, Introspection
from schema.execution.engine import Engine
from schema.execution.limits import limits_of
from schema.execution.trusted import KnownDocuments, load_trusted
from schema.root import build
from settings import Settings

PARTS = (
    *(health, pages, push, push_log, openapi, imports, files, previewed, uploads),
    *(signing_in, links, account, openid, reviewing, records),
    *(reading_pages, previews, feeds, sitemaps),
)


class Application:
    """GraphQL first, by the shortest way; everything else through Starlette. events: there once
    the process has started."""

    events: Events

    def __init__(self, graphql: GraphQL, rest: ASGIApp, settings: Settings) -> None:
        self.graphql = graphql
        self.rest = rest
        self._cors = Cors(settings.cors_origins)
        self._http: ASGIApp = Traced(self._answer) if settings.traces_endpoint else self._answer
        self._door = Admission(
            self._admitted,
            Addresses(settings.trusted_proxies),
            Load(settings.requests_at_once, settings.address_at_once),
            allowances_of(settings),
            seconds=settings.request_seconds,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._door(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        leaving = Outgoing(scope, send, self._cors).send
        preflight = self._cors.preflight(scope, headers_of(scope))
        if preflight is not None:
            await preflight.send(leaving, PLAIN, ())
        else:
            await self._door(scope, receive, leaving)

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await serve_socket(self.events, scope, receive, send, self._cors)
        elif scope["type"] != "http" or scope["path"] != "/graphql":
            await self.rest(scope, receive, send)
        elif b"text/event-stream" in headers_of(scope).get(b"accept", b""):
            await stream(self.events, self.graphql, scope, receive, send)
        else:
            await self.graphql(scope, receive, send)


def allowances_of(settings: Settings) -> Allowances:
    return Allowances(
        Rates(Policy("address", settings.address_points)),
        Rates(Policy("caller", settings.caller_points)),
        Rates(Policy("failure", settings.failure_points)),
    )


def create_app(
    settings: Settings,
    *,
    metrics_directory: Path | None = None,
    clock: Callable[[], datetime] = utc_now,
    hears_signals: bool = False,
) -> Application:
    """The ASGI application. It starts even while the database is away, and finds it later.

    metrics_directory: where it writes what it counts, if anybody wants to know. clock: by which
    sessions and links expire. hears_signals: whether SIGTERM and SIGINT end what goes on for ever.
    """
    box = SecretBox(settings.secret_keys)
    known = KnownDocuments(
        load_trusted(settings.trusted_documents) if settings.trusted_documents else {},
        only_trusted=settings.trusted_only,
    )
    engine = Engine(
        build(),
        zone=settings.time_zone,
        known=known,
        max_cost=settings.max_cost,
        limits=limits_of(settings.document_limits),
        discretion=Discretion(Introspection(settings.introspection)),
    )
    tally = Tally()
    operations = Operations(tally)
    graphql = GraphQL(
        operations,
        slow_seconds=settings.slow_operation_seconds,
        body_seconds=settings.body_seconds,
        shows_graphiql=settings.graphiql,
    )
    gate = Gate(settings.push_at_once, settings.push_backlog, backlog)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with traces_to(settings.traces_endpoint, "xinfeng-api"):
            async with running(app):
                yield

    @asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        reading = open_reader(
            settings.database_url,
            size=settings.database_pool_size,
            timeout_seconds=settings.statement_timeout_seconds,
        )
        operations.names = OperationNames(engine.read_trusted())
        stopping = Stopping()
        if hears_signals:
            stopping.hear_signals()
        async with (
            open_database(settings.database_url, statement_seconds=settings.request_seconds),
            reading as reader,
            listening(settings.database_url) as changes,
            watching() as disconnects,
            following(changes) as hub,
        ):
            app.state.callers = Callers(
                changes,
                patience_seconds=settings.statement_timeout_seconds,
                sessions=SessionRules(
                    settings.public_url,
                    settings.lifetimes,
                    frozenset(origin.encode() for origin in settings.cors_origins),
                ),
                now=clock,
            )
            shared = SharedReads(changes)
            graphql.answering = Answering(
                engine, box, reader, shared, app.state.callers, disconnects, settings.address
            )
            application.events = events = Events(
                engine,
                box,
                reader,
                app.state.callers,
                hub,
                shared,
                stopping,
                operations,
                most=settings.following_connections,
                each=settings.following_each,
                caller_most=settings.following_caller,
                seconds=settings.request_seconds,
                patience_seconds=min(PATIENCE_SECONDS, settings.untaken_seconds),
            )
            app.state.changes, app.state.reader = changes, reader
            standing = Standing(engine, reader, shared, events, gate, changes)
            async with sampling(tally, standing, metrics_directory):
                yield

    rest = Starlette(
        routes=[route for part in PARTS for route in part.routes],
        lifespan=lifespan,
    )
    rest.state.settings = settings
    rest.state.secret_box = box
    rest.state.clock = clock
    rest.state.addresses = Addresses(settings.trusted_proxies)
    rest.state.openid = _provider(settings)
    rest.state.gate = gate
    rest.state.storage = open_storage(settings.media_place)
    rest.state.uploads = uploads.Uploads(settings.uploads_at_once)
    rest.state.tally = tally
    rest.state.engine = engine
    application = Application(graphql, Identified(CountedRest(rest, rest.routes, tally)), settings)
    return application


def _provider(settings: Settings) -> Provider | None:
    if not settings.openid_issuer:
        return None
    return Provider(
        Registration(
            issuer=settings.openid_issuer,
            client_id=settings.openid_client_id,
            client_secret=settings.openid_client_secret.get_secret_value(),
            back_url=f"{settings.address}{openid.BACK}",
        ),
        Guard(networks(settings.private_networks), places_of([settings.openid_issuer])),
    )
