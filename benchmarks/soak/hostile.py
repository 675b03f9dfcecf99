"""What is sent by those who mean harm, or whose program is broken."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import random
import secrets
from functools import cache

from benchmarks.soak.ordinary import Visit, post
from benchmarks.soak.wire import CLOSED, Client, Outcome, answer, request
from benchmarks.worst_documents import worst_documents

MEGABYTE = 2**20
INTRODUCTION = b'{"type":"connection_init"}'
HOLDING_SECONDS = 40.0
"""How long a connection is kept on which nothing sensible happens."""


@cache
def costly() -> list[str]:
    return [asked.query for _, asked in worst_documents() if asked.query is not None]


@cache
def bomb() -> bytes:
    return gzip.compress(b"0" * (64 * MEGABYTE), mtime=0)


async def costly_documents(client: Client, chance: random.Random) -> Outcome:
    return await client.ask(post(chance.choice(costly())))


async def new_documents(client: Client, chance: random.Random) -> Outcome:
    """Each asks for the same by another text, so that none is known."""
    name = f"n{chance.getrandbits(64):x}"
    return await client.ask(post(f"{{ articles(first: 3) {{ nodes {{ {name}: title }} }} }}"))


async def new_answers(client: Client, chance: random.Random) -> Outcome:
    """Each is another answer to keep for a moment."""
    asked = {"first": chance.randint(1, 50), "after": None, "x": chance.getrandbits(64)}
    query = "query($first: Int!) { articles(first: $first) { nodes { id body } } }"
    return await client.ask(post(query, asked))


async def too_much(client: Client, chance: random.Random) -> Outcome:
    below = "organization { articles(first: 100) { nodes { id } } }"
    posts = f"posts(first: 100) {{ nodes {{ article {{ {below} }} }} }}"
    return await client.ask(post(f"{{ articles(first: 100) {{ nodes {{ {posts} }} }} }}"))


async def large_bodies(client: Client, chance: random.Random) -> Outcome:
    target = chance.choice(["/graphql", "/v1/engagement?partner=Partner:1", "/"])
    return await client.ask(request("POST", target, b"[" * (8 * MEGABYTE)))


async def endless_bodies(client: Client, chance: random.Random) -> Outcome:
    """In chunks, and never an end; how much is taken is the server's to say."""
    head = request("POST", "/graphql", transfer_encoding="chunked", content_type="application/json")
    async with client.connect() as (reader, writer):
        writer.write(head)
        for _ in range(256):
            writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            await writer.drain()
        return await answer(reader)


async def bombs(client: Client, chance: random.Random) -> Outcome:
    target = chance.choice(["/graphql", "/v1/engagement?partner=Partner:1"])
    return await client.ask(request("POST", target, bomb(), content_encoding="gzip"))


async def broken_bodies(client: Client, chance: random.Random) -> Outcome:
    bodies = [b"null", b"1", b"\xff\xfe", b'{"query": 5}', b"[" * 100_000, b'{"a":' * 50_000]
    bodies += [b'{"query":"{__typename}","variables":[1]}', b"9" * 5_000, b"{" + b'"a":1,' * 9_999]
    return await client.ask(request("POST", "/graphql", chance.choice(bodies)))


async def many_headers(client: Client, chance: random.Random) -> Outcome:
    given = {f"x_{number}": "a" * 500 for number in range(chance.choice([90, 300]))}
    return await client.ask(request("GET", "/graphql?query={__typename}", b"", **given))


async def no_http(client: Client, chance: random.Random) -> Outcome:
    async with client.connect() as (reader, writer):
        writer.write(secrets.token_bytes(chance.randint(1, 9_000)) + b"\r\n\r\n")
        await asyncio.wait_for(reader.read(), HOLDING_SECONDS)
    return CLOSED


async def slow_senders(client: Client, chance: random.Random) -> Outcome:
    """A byte now and then, of a request that was promised."""
    whole = post("{ __typename }")
    async with client.connect() as (reader, writer):
        for at in range(0, len(whole), 8):
            writer.write(whole[at : at + 8])
            await writer.drain()
            await asyncio.sleep(chance.uniform(0.1, 1.0))
        return await answer(reader)


async def slow_readers(client: Client, chance: random.Random) -> Outcome:
    """Asks for a lot, takes nothing, leaves."""
    asked = post("{ articles(first: 100) { nodes { body } } }", cache_control="no-cache")
    async with client.connect() as (_, writer):
        writer.write(asked)
        await asyncio.sleep(chance.uniform(1, HOLDING_SECONDS))
    return CLOSED


async def gone_at_once(client: Client, chance: random.Random) -> Outcome:
    whole = post("{ articles(first: 50) { nodes { id body } } }", cache_control="no-cache")
    async with client.connect() as (_, writer):
        writer.write(whole[: chance.randint(1, len(whole))])
        await writer.drain()
    return CLOSED


async def wrong_tokens(client: Client, chance: random.Random) -> Outcome:
    token = "xf_" + base64.urlsafe_b64encode(chance.randbytes(32)).decode().rstrip("=")
    return await client.ask(post("{ __typename }", authorization=f"Bearer {token}"))


async def wrong_signatures(client: Client, chance: random.Random) -> Outcome:
    body = json.dumps({"items": [{"post": "Post:1", "value": 1}] * 500}).encode()
    given = {"webhook_id": "a", "webhook_timestamp": "1", "webhook_signature": "v1,,v1,%%"}
    return await client.ask(request("POST", "/v1/engagement?partner=Partner:1", body, **given))


async def sockets(client: Client, chance: random.Random) -> Outcome:
    """A WebSocket that says nonsense, and is closed for it; one that introduces itself and says no
    more has done no wrong, and leaves by itself."""
    key = base64.b64encode(chance.randbytes(16)).decode()
    opening = request(
        "GET",
        "/graphql",
        upgrade="websocket",
        connection="Upgrade",
        sec_websocket_version="13",
        sec_websocket_protocol="graphql-transport-ws",
        sec_websocket_key=key,
    )
    texts = [b"5", b"[" * 60, INTRODUCTION, b'{"type":"subscribe","id":5}']
    said = [chance.choice(texts) for _ in range(chance.randint(1, 4))]
    async with client.connect() as (reader, writer):
        writer.write(opening)
        await reader.readuntil(b"\r\n\r\n")
        for text in said:
            writer.write(_frame(text, chance.randbytes(4)))
        if said == [INTRODUCTION]:
            await asyncio.sleep(chance.uniform(1, HOLDING_SECONDS))
        else:
            await asyncio.wait_for(reader.read(), HOLDING_SECONDS)
    return CLOSED


def _frame(text: bytes, mask: bytes) -> bytes:
    """A masked text frame (RFC 6455, 5.2) of less than 126 bytes."""
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(text))
    return bytes([0x81, 0x80 | len(text)]) + mask + masked


ATTACKS: dict[str, Visit] = {
    "costly documents": costly_documents,
    "new documents": new_documents,
    "new answers": new_answers,
    "too much at once": too_much,
    "large bodies": large_bodies,
    "endless bodies": endless_bodies,
    "gzip bombs": bombs,
    "broken bodies": broken_bodies,
    "many headers": many_headers,
    "no HTTP": no_http,
    "slow senders": slow_senders,
    "slow readers": slow_readers,
    "gone at once": gone_at_once,
    "wrong tokens": wrong_tokens,
    "wrong signatures": wrong_signatures,
    "sockets": sockets,
}
