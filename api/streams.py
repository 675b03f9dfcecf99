"""Server-sent events (graphql-sse, one stream for each operation): next …, complete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial

from graphql import GraphQLError
from starlette.types import Message, Receive, Scope, Send

from api.asked import JSON, BadRequest, from_body, from_query_string
from api.callers import Unauthorized
from api.encodings import PLAIN
from api.events import CallerChanged, Events, TooMany
from api.graphql import MAX_BODY, GraphQL
from api.meters import METER
from api.negotiation import EVENT_STREAM, Wanted, wanted
from api.outcomes import EXPECTED, refusal_of, refused, status_of
from api.replies import Disconnected, Headers, Pairs, Reply, headers_of
from api.request_ids import request_id_of
from api.sse import COMPLETE, SILENCE, UNKEPT, as_events, next_event
from schema.execution.answers import NOTHING, Answer
from schema.execution.documents import Refused
from schema.execution.subscribing import Following

SILENCE_SECONDS = 15.0
"""After so long a comment is sent, so that nobody on the way thinks the connection dead."""

Write = Callable[[bytes], Awaitable[None]]
ENDED = GraphQLError(
    "the token has changed, has expired or was revoked", extensions={"code": "UNAUTHENTICATED"}
)


async def stream(
    events: Events, graphql: GraphQL, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answers a request that may accept a stream: what is no subscription is answered as usual."""
    headers = headers_of(scope)
    request_id = request_id_of(headers)
    chosen = Wanted(JSON, False)
    try:
        chosen = wanted(headers.get(b"accept"))
        body = await _given(graphql, scope, receive)
        following = await _following(events, scope, headers, body) if chosen.takes_stream else None
        if following is None:
            await graphql(scope, _again(body, receive), send)
            return
        with events.connection(scope[METER]):
            await _send_events(events, following, headers, request_id, receive, send)
        return
    except Disconnected:
        return
    except TooMany:
        reply = refused("too many follow something here; try again soon", "TOO_MANY", 503, JSON)
    except Refused as refusal:
        reply = _told(Answer(None, refusal.errors), chosen)
    except EXPECTED as error:
        media_type = JSON if chosen.answer is EVENT_STREAM else chosen.answer
        reply = refused(*refusal_of(error, MAX_BODY), media_type)
    await reply.send(send, PLAIN, _id(request_id))


async def _following(
    events: Events, scope: Scope, headers: Headers, body: bytes
) -> Following | None:
    """Raises Refused and EXPECTED."""
    asked = from_query_string(body) if scope["method"] == "GET" else from_body(body)
    viewer = await events.callers.viewer_of(headers)
    scope[METER].identify(viewer)
    return events.prepare(asked, viewer, scope[METER])


def _told(answer: Answer, chosen: Wanted) -> Reply:
    """What is wrong with a well-formed request is an event where a stream is preferred: who reads
    nothing but streams would not learn it otherwise."""
    if chosen.answer is EVENT_STREAM:
        return as_events(Reply(200, JSON, answer.body))
    return Reply(status_of(answer, chosen.answer), chosen.answer, answer.body)


def _id(request_id: str) -> Pairs:
    return ((b"x-request-id", request_id.encode()),)


async def _given(graphql: GraphQL, scope: Scope, receive: Receive) -> bytes:
    if scope["method"] == "GET":
        query: bytes = scope["query_string"]
        return query
    if scope["method"] != "POST":
        raise BadRequest("subscribe by GET or POST", 405)
    return await graphql.body(headers_of(scope), receive)


def _again(body: bytes, receive: Receive) -> Receive:
    """The request's body once more, then what follows it."""
    given = [body]

    async def once_more() -> Message:
        if given:
            return {"type": "http.request", "body": given.pop(), "more_body": False}
        return await receive()

    return once_more


async def _send_events(
    events: Events,
    following: Following,
    headers: Headers,
    request_id: str,
    receive: Receive,
    send: Send,
) -> None:
    start = [(b"content-type", EVENT_STREAM), *UNKEPT, *_id(request_id)]
    await send({"type": "http.response.start", "status": 200, "headers": start})
    patient = partial(_write, send, events.patience_seconds)
    left = asyncio.create_task(_left(receive))
    try:
        # Without an event `complete`: a client then comes again by itself, to another process.
        with events.stopping.telling(left.cancel):
            async with aclosing(events.of(following, headers, request_id)) as answers:
                await _relay(answers, left, patient)
    except (CallerChanged, Unauthorized):
        await patient(next_event(Answer(NOTHING, [ENDED]).body) + COMPLETE)
    except TimeoutError:
        return  # it takes nothing any more, no end either
    finally:
        left.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _relay(answers: AsyncIterator[Answer], left: asyncio.Task[None], write: Write) -> None:
    """Until the client leaves, this process is told to stop, or an answer holds an error."""
    await write(SILENCE)
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
                    await write(SILENCE)
        finally:
            if not coming.done():
                coming.cancel()
                await asyncio.wait({coming})
        answer = coming.result()
        await write(next_event(answer.body))
        if answer.errors:
            await write(COMPLETE)
            return


async def _write(send: Send, patience_seconds: float, part: bytes) -> None:
    """Raises TimeoutError for a client that takes nothing."""
    message = {"type": "http.response.body", "body": part, "more_body": True}
    await asyncio.wait_for(send(message), patience_seconds)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
