"""The session webhooks are sent and links are asked in: to public addresses only, unless the
operator allows more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver

from outgoing.guards import Guard, GuardedResolver, LiteralCheck

TIMEOUT_SECONDS = 20.0
CONNECT_SECONDS = 5.0
AT_ONCE = 20


@asynccontextmanager
async def guarded_session(
    guard: Guard, *, inner: AbstractResolver | None = None
) -> AsyncIterator[ClientSession]:
    """No cookies, no proxies out of the environment, no kept connections to names that moved."""
    resolver = GuardedResolver(guard, inner or ThreadedResolver())
    connector = TCPConnector(
        resolver=resolver, use_dns_cache=False, limit=AT_ONCE, force_close=True
    )
    async with ClientSession(
        connector=connector,
        middlewares=(LiteralCheck(guard),),
        timeout=ClientTimeout(total=TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": "Xinfeng/0.1 (webhooks)"},
    ) as session:
        yield session
