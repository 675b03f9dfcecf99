"""The body of a request to /v1: no more of it is read, or unpacked, than may be kept."""

from __future__ import annotations

import asyncio
import zlib

from starlette.requests import ClientDisconnect, Request

from api.push_refusals import Refusal

GZIP = 16 + zlib.MAX_WBITS
PART = 2**16
"""Bytes unpacked at a time."""


async def read_body(request: Request, *, most: int, seconds: float) -> bytes:
    """The bytes as they were sent, at most that many, within so many seconds. Raises Refusal."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > most:
        raise too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise too_large(most)
    except TimeoutError:
        raise Refusal(408, "TOO_SLOW", "the body did not come in time") from None
    except ClientDisconnect:
        raise Refusal(400, "TRUNCATED", "the connection ended before the body did") from None
    if declared.isdecimal() and int(declared[:20]) != len(body):
        raise Refusal(400, "TRUNCATED", "the body is shorter than content-length says")
    return bytes(body)


def encoding_of(request: Request) -> str:
    """identity or gzip. Raises Refusal."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip"}:
        raise Refusal(415, "UNSUPPORTED_ENCODING", "a body may be compressed with gzip only")
    return encoding


def unpacked(body: bytes, encoding: str, *, most: int) -> bytes:
    """What was compressed. It is unpacked in parts, so that a body that would become huge is
    refused long before it is. Raises Refusal."""
    if encoding == "identity":
        return body
    found = bytearray()
    try:
        while body:
            body = _unpack_member(body, found, most)
    except zlib.error:
        raise Refusal(400, "NOT_GZIP", "the body is not what gzip writes") from None
    return bytes(found)


def _unpack_member(body: bytes, found: bytearray, most: int) -> bytes:
    """Appends one member of a gzip stream to `found`; returns what follows it."""
    unpacker = zlib.decompressobj(GZIP)
    while not unpacker.eof:
        part = unpacker.decompress(body, PART)
        body = unpacker.unconsumed_tail
        found += part
        if len(found) > most:
            raise too_large(most)
        if not part and not body and not unpacker.eof:
            raise Refusal(400, "NOT_GZIP", "the compressed body ends too early")
    return unpacker.unused_data


def too_large(most: int) -> Refusal:
    return Refusal(413, "TOO_LARGE", f"a body has at most {most:,} bytes, unpacked; send several")
