"""The way out to addresses that others chose: only public ones are connected to.

The addresses a name resolves to are checked and then connected to as they are: a name that answers
otherwise the second time gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from domain.webhooks.addresses import Network, may_be_sent_to

TIMEOUT_SECONDS = 20.0
CONNECT_SECONDS = 5.0
AT_ONCE = 20


class NotAllowed(Exception):
    """An address that may not be sent to. The message names only the host that was given."""


class GuardedResolver(AbstractResolver):
    """Gives the addresses of a name that may be sent to. Raises NotAllowed when there is none."""

    def __init__(self, allowed: tuple[Network, ...], inner: AbstractResolver) -> None:
        self._allowed = allowed
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        kept = [entry for entry in found if may_be_sent_to(entry["host"], self._allowed)]
        if not kept:
            raise NotAllowed(f"{host} leads to no public address")
        return kept

    async def close(self) -> None:
        await self._inner.close()


def check_literal(url: str, allowed: tuple[Network, ...]) -> None:
    """An address written as one is never resolved, so it is looked at here. Raises NotAllowed."""
    host = URL(url).host or ""
    is_literal = ":" in host or host.replace(".", "").isdigit()
    if is_literal and not may_be_sent_to(host, allowed):
        raise NotAllowed(f"{host} is no public address")


@asynccontextmanager
async def guarded_session(
    allowed: tuple[Network, ...], *, inner: AbstractResolver | None = None
) -> AsyncIterator[ClientSession]:
    """No cookies, no proxies out of the environment, no kept connections to names that moved."""
    resolver = GuardedResolver(allowed, inner or ThreadedResolver())
    connector = TCPConnector(
        resolver=resolver, use_dns_cache=False, limit=AT_ONCE, force_close=True
    )
    async with ClientSession(
        connector=connector,
        timeout=ClientTimeout(total=TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": "Xinfeng/0.1 (webhooks)"},
    ) as session:
        yield session
