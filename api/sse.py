"""Server-sent events as graphql-sse names them, each line ended by LF: not every client takes
CRLF."""

from __future__ import annotations

from api.negotiation import EVENT_STREAM
from api.replies import Reply

COMPLETE = b"event: complete\ndata:\n\n"
SILENCE = b":\n\n"
"""A comment: says nothing, and keeps the connection alive."""

UNKEPT = ((b"cache-control", b"no-store"), (b"vary", b"accept"))


def next_event(body: bytes) -> bytes:
    """body: JSON, on one line."""
    return b"event: next\ndata: " + body + b"\n\n"


def as_events(reply: Reply) -> Reply:
    """An answer that is whole, as the only event of a stream."""
    return Reply(200, EVENT_STREAM, next_event(reply.body) + COMPLETE, UNKEPT)
