"""A small HTTP server of its own, on its own address: /metrics, and for a worker /livez, /readyz.

It runs in a thread beside what it tells of, so that it answers while that is busy.
"""

from __future__ import annotations

import hmac
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from commands.ports import must_be_free
from settings import Settings

PATIENCE_SECONDS = 5.0
"""For a client to send its request and take the answer."""

MOST_AT_ONCE = 16
TEXT = [("Content-Type", "text/plain; charset=utf-8")]

Start = Callable[..., Any]
WSGIApp = Callable[[dict[str, Any], Start], Iterable[bytes]]
Look = Callable[[], str]
"""Says what is wrong, or nothing."""


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE_SECONDS

    def log_message(self, format: str, *args: Any) -> None:
        """A request every few seconds is no news."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is its own affair."""


@contextmanager
def metrics_server(
    settings: Settings, registry: CollectorRegistry, looks: Mapping[str, Look] | None = None
) -> Iterator[None]:
    """Serves while the context lasts, where there is an address to serve on. Raises CommandFailed
    when that is taken. looks: other paths, answered with 200 while nothing is wrong."""
    place = settings.metrics_place
    if place is None:
        yield
        return
    host, port = place
    must_be_free(host, port, "XINFENG_METRICS_ADDRESS")
    token = settings.metrics_token.get_secret_value()
    app = answering(registry, token, looks or {})
    with make_server(host, port, app, _server_class(host), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _server_class(host: str) -> type[WSGIServer]:
    class Server(_Server):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    return Server


def answering(registry: CollectorRegistry, token: str, looks: Mapping[str, Look]) -> WSGIApp:
    """The application. token: needed for /metrics, unless it is empty."""
    metrics: WSGIApp = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in looks:
            wrong = looks[path]()
            start("503 Service Unavailable" if wrong else "200 OK", TEXT)
            return [f"{wrong or 'ok'}\n".encode()]
        if path != "/metrics":
            start("404 Not Found", TEXT)
            return [b"there is /metrics here\n"]
        if token and not _is_right(environ.get("HTTP_AUTHORIZATION", ""), token):
            start("401 Unauthorized", [*TEXT, ("WWW-Authenticate", "Bearer")])
            return [b"the token of XINFENG_METRICS_TOKEN is needed\n"]
        return metrics(environ, start)

    return answer


def _is_right(header: str, token: str) -> bool:
    return hmac.compare_digest(header.encode("latin-1", "replace"), f"Bearer {token}".encode())
