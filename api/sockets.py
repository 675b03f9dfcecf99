"""graphql-transport-ws: operations over a WebSocket, as the protocol of that name has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from api.asked import BadRequest, from_payload
from api.callers import Unauthorized
from api.cors import Cors
from api.events import MOST_EACH, CallerChanged, Events, TooMany
from api.meters import METER, Meter
from api.rates import RateLimited
from api.replies import Headers, headers_of
from api.request_ids import request_id_of
from domain.access import Viewer
from domain.outages import OUTAGES
from domain.reader import Unavailable
from schema.execution.answers import Answer, encode
from schema.execution.documents import Refused
from schema.execution.engine import Request

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 3.0
MAX_LETTERS = 1_000_000
MAX_REASON = 100
"""Letters of a reason: with its code it must fit into 125 bytes."""

log = structlog.get_logger()


class Close(Exception):
    """Ends the connection, with one of the protocol's codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


GOING_AWAY = Close(1001, "Going away")
"""The process stops; clients of the protocol connect again by themselves."""


class Message(msgspec.Struct, frozen=True):
    """What a client may send; what is not of its type is looked at there."""

    type: str
    id: str | None = None
    payload: Any = None


async def serve_socket(
    events: Events, scope: Scope, receive: Receive, send: Send, cors: Cors
) -> None:
    """One connection, from its handshake to its end."""
    headers = headers_of(scope)
    await receive()  # websocket.connect
    if scope["path"] != "/graphql" or not (_is_own_page(headers) or cors.knows(headers)):
        await send({"type": "websocket.close", "code": 1008})
        return
    if PROTOCOL not in scope.get("subprotocols", ()):
        await send({"type": "websocket.accept"})
        reason = "Subprotocol not acceptable"
        await send({"type": "websocket.close", "code": 4406, "reason": reason})
        return
    await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
    await Socket(events, headers, receive, send, scope[METER]).serve()


def _is_own_page(headers: Headers) -> bool:
    """A page of another site that is not listed may not connect; what is no page says nothing."""
    origin = headers.get(b"origin")
    if origin is None:
        return True
    return urlsplit(origin.decode("latin-1")).netloc.encode() == headers.get(b"host", b"")


class Socket:
    """One accepted connection. viewer: once it has introduced itself."""

    def __init__(
        self, events: Events, headers: Headers, receive: Receive, send: Send, meter: Meter
    ) -> None:
        self._events = events
        self._headers = dict(headers)
        self._receive = receive
        self._send_message = send
        self._meter = meter
        self._viewer: Viewer | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ended: asyncio.Future[Close] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        close = Close(4429, "Too many connections follow something here")
        try:
            with (
                self._events.connection(self._meter),
                self._events.stopping.telling(lambda: self._end(GOING_AWAY)),
            ):
                close = await self._until_closed()
        except TooMany:
            pass
        finally:
            for task in self._running.values():
                task.cancel()
            if self._running:
                await asyncio.wait(self._running.values())
        if close.code:
            message = {"type": "websocket.close", "code": close.code, "reason": close.reason}
            await self._send_message(message)

    async def _until_closed(self) -> Close:
        """How it is to be closed; code 0 when the client has done so.

        The server gives out a close only when nothing waits to receive: so what waits is ended.
        """
        init = asyncio.get_running_loop().call_later(
            INIT_SECONDS, self._end, Close(4408, "Connection initialisation timeout")
        )
        try:
            while True:
                incoming = asyncio.ensure_future(self._receive())
                either: set[asyncio.Future[Any]] = {incoming, self._ended}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if self._ended.done():
                    incoming.cancel()
                    await asyncio.wait({incoming})
                    return self._ended.result()
                message = incoming.result()
                if message["type"] == "websocket.disconnect":
                    return Close(0, "")
                self._meter.take_message()
                await self._take(_read(message))
                if self._viewer is not None:
                    init.cancel()
        except Close as close:
            return close
        except RateLimited as limited:
            return Close(4429, str(limited))
        except TimeoutError:
            return Close(0, "")  # it takes nothing any more, no close either
        finally:
            init.cancel()

    def _end(self, close: Close) -> None:
        if not self._ended.done():
            self._ended.set_result(close)

    async def _take(self, message: Message) -> None:
        match message.type:
            case "connection_init":
                await self._introduce(message.payload)
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                return
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                if message.id is None:
                    raise Close(4400, "complete needs an id")
                if task := self._running.pop(message.id, None):
                    task.cancel()
            case _:
                raise Close(4400, "Unknown message type")

    async def _introduce(self, payload: Any) -> None:
        """A page cannot set headers on its WebSocket: the token may stand in the payload."""
        if self._viewer is not None:
            raise Close(4429, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise Close(4400, "The payload of connection_init must be an object")
        given = {name.lower(): value for name, value in (payload or {}).items()}
        token = given.get("authorization")
        if isinstance(token, str):
            self._headers[b"authorization"] = token.encode("latin-1", "replace")
        try:
            self._meter.begin(is_known=True)
            self._viewer = await self._events.callers.viewer_of(self._headers)
        except Unauthorized:
            self._meter.fail()
            raise Close(4403, "Forbidden") from None
        except OUTAGES:
            raise Close(1013, "Try again later") from None
        self._meter.identify(self._viewer)
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, message: Message) -> None:
        if self._viewer is None:
            raise Close(4401, "Unauthorized")
        if not message.id:
            raise Close(4400, "subscribe needs an id")
        if message.id in self._running:
            raise Close(4409, f"Subscriber for {message.id:.80} already exists")
        request = _request(message.payload)
        if len(self._running) >= MOST_EACH:
            text = f"at most {MOST_EACH} operations at once on a connection"
            await self._send_errors(message.id, [_error(text, "TOO_MANY_SUBSCRIPTIONS")])
            return
        task = asyncio.create_task(self._operate(message.id, request, self._viewer))
        self._running[message.id] = task

    async def _operate(self, id_: str, request: Request, viewer: Viewer) -> None:
        """One operation from its request to its end."""
        try:
            async with aclosing(self._answers(request, viewer)) as answers:
                async for answer in answers:
                    if answer.data is None:
                        await self._send_errors(id_, list(answer.errors))
                        return
                    await self._send_raw(id_, answer.body)
            await self._send({"id": id_, "type": "complete"})
        except Refused as refused:
            await self._send_errors(id_, refused.errors)
        except RateLimited as limited:
            await self._send_errors(id_, [_error(str(limited), "RATE_LIMITED")])
        except TooMany:
            text = "too many subscriptions of this caller"
            await self._send_errors(id_, [_error(text, "TOO_MANY_SUBSCRIPTIONS")])
        except (CallerChanged, Unauthorized):
            self._end(Close(4403, "Forbidden"))
        except Unavailable:
            self._end(Close(1013, "Try again later"))
        except TimeoutError:
            self._end(Close(1008, "Events are not taken"))
        except Exception as error:
            log.exception("operation failed", exc_info=error)
            self._end(Close(1011, "Something went wrong"))
        finally:
            if self._running.get(id_) is asyncio.current_task():
                del self._running[id_]

    async def _answers(self, request: Request, viewer: Viewer) -> AsyncGenerator[Answer, None]:
        viewer = await self._events.viewer_now(viewer, self._headers)
        following = self._events.prepare(request, viewer, self._meter)
        request_id = request_id_of({})
        if following is None:
            yield await self._events.answer(request, viewer, request_id, self._meter)
            return
        async with aclosing(self._events.of(following, self._headers, request_id)) as answers:
            async for answer in answers:
                yield answer
                if answer.errors:
                    return

    async def _send_errors(self, id_: str, errors: list[GraphQLError]) -> None:
        payload = [error.formatted for error in errors]
        await self._send({"id": id_, "type": "error", "payload": payload})

    async def _send_raw(self, id_: str, payload: bytes) -> None:
        """next, with a payload that is JSON already."""
        await self._write(b'{"id":' + encode(id_) + b',"type":"next","payload":' + payload + b"}")

    async def _send(self, content: dict[str, Any]) -> None:
        await self._write(encode(content))

    async def _write(self, text: bytes) -> None:
        """Raises TimeoutError for a client that takes nothing."""
        message = {"type": "websocket.send", "text": text.decode()}
        await asyncio.wait_for(self._send_message(message), self._events.patience_seconds)


def _read(message: Any) -> Message:
    """Raises Close for what is no message of the protocol."""
    text = message.get("text")
    if text is None:
        raise Close(4400, "Messages are text")
    if len(text) > MAX_LETTERS:
        raise Close(4400, "The message is too long")
    try:
        return msgspec.json.decode(text, type=Message)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Close(4400, "Invalid message received") from None


def _request(payload: Any) -> Request:
    try:
        return from_payload(payload)
    except BadRequest as refused:
        raise Close(4400, f"subscribe: {refused}"[:MAX_REASON]) from None


def _error(text: str, code: str) -> GraphQLError:
    return GraphQLError(text, extensions={"code": code})
