"""Server-sent events (graphql-sse, one stream for each operation): next …, complete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.asked import BadRequest, check_content_type, from_body, from_query_string
from api.callers import Unauthorized, request_id_of
from api.encodings import PLAIN
from api.events import CallerChanged, Events, TooMany
from api.outcomes import EXPECTED, refusal_of, refused
from api.replies import Disconnected, Headers, Reply, headers_of, read_body
from schema.execution.answers import Answer
from schema.execution.documents import Refused
from schema.execution.subscribing import Following

MEDIA_TYPE = b"text/event-stream"
JSON = b"application/json"
MAX_BODY = 1_000_000
SILENCE_SECONDS = 15.0
"""After so long a comment is sent, so that nobody on the way thinks the connection dead."""

PATIENCE_SECONDS = 10.0
"""A client that does not take an event for so long is left."""

COMPLETE = b"event: complete\ndata:\n\n"


async def stream(
    events: Events, graphql: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answers a request that accepts a stream: what is no subscription is answered as usual."""
    headers = headers_of(scope)
    try:
        body = await _given(scope, headers, receive)
        asked = from_query_string(body) if scope["method"] == "GET" else from_body(body)
        viewer = await events.callers.viewer_of(headers)
        following = events.engine.follow(asked, viewer)
        if following is None:
            await graphql(scope, _again(body, receive), send)
            return
        with events.connection():
            await _send_events(events, following, headers, receive, send)
    except Disconnected:
        return
    except TooMany:
        reply = refused("too many follow something here; try again soon", "TOO_MANY", 503, JSON)
        await reply.send(send, PLAIN, ())
    except Refused as refusal:
        await Reply(400, JSON, Answer(None, refusal.errors).body).send(send, PLAIN, ())
    except EXPECTED as error:
        await refused(*refusal_of(error, MAX_BODY), JSON).send(send, PLAIN, ())


async def _given(scope: Scope, headers: Headers, receive: Receive) -> bytes:
    if scope["method"] == "GET":
        query: bytes = scope["query_string"]
        return query
    if scope["method"] != "POST":
        raise BadRequest("subscribe by GET or POST", 405)
    check_content_type(headers.get(b"content-type", b""))
    return await read_body(receive, headers, limit=MAX_BODY)


def _again(body: bytes, receive: Receive) -> Receive:
    """The request's body once more, then what follows it."""
    given = [body]

    async def once_more() -> Message:
        if given:
            return {"type": "http.request", "body": given.pop(), "more_body": False}
        return await receive()

    return once_more


async def _send_events(
    events: Events, following: Following, headers: Headers, receive: Receive, send: Send
) -> None:
    start = [(b"content-type", MEDIA_TYPE), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": start})
    left = asyncio.create_task(_left(receive))
    try:
        async with aclosing(events.of(following, headers, request_id_of(headers))) as answers:
            await _relay(answers, left, send)
    except (CallerChanged, Unauthorized, TimeoutError):
        await _write(send, COMPLETE)
    finally:
        left.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _relay(answers: AsyncIterator[Answer], left: asyncio.Task[None], send: Send) -> None:
    """Until the client leaves, or an answer holds an error."""
    await _write(send, b":\n\n")
    while True:
        coming = asyncio.ensure_future(anext(answers))
        try:
            while not coming.done():
                await asyncio.wait(
                    {coming, left},
                    timeout=SILENCE_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if left.done():
                    return
                if not coming.done():
                    await _write(send, b":\n\n")
        finally:
            if not coming.done():
                coming.cancel()
                await asyncio.wait({coming})
        answer = coming.result()
        await _write(send, b"event: next\ndata: " + answer.body + b"\n\n")
        if answer.errors:
            await _write(send, COMPLETE)
            return


async def _write(send: Send, part: bytes) -> None:
    """Raises TimeoutError for a client that takes nothing."""
    message = {"type": "http.response.body", "body": part, "more_body": True}
    await asyncio.wait_for(send(message), PATIENCE_SECONDS)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
