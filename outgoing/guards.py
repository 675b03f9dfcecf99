"""Where requests of ours may go, when others chose the address: only public ones are connected to.

The addresses a name resolves to are checked and then connected to as they are: a name that answers
otherwise the second time gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from domain.public_addresses import Network, may_be_sent_to


@dataclass(frozen=True, slots=True)
class Guard:
    """What may be connected to though it is not public.

    networks: by address. places: hosts with their ports, as the operator named them.
    """

    networks: tuple[Network, ...] = ()
    places: frozenset[tuple[str, int]] = frozenset()

    def lets(self, address: str, host: str, port: int) -> bool:
        """Whether `host` may be asked at this address, which is its own or what it resolves to."""
        return (host, port) in self.places or may_be_sent_to(address, self.networks)


def places_of(urls: Iterable[str]) -> frozenset[tuple[str, int]]:
    return frozenset((url.host or "", url.port or 0) for url in map(URL, urls))


class NotAllowed(Exception):
    """An address that may not be sent to. The message names only the host that was given."""


class GuardedResolver(AbstractResolver):
    """Gives the addresses of a name that may be sent to. Raises NotAllowed when there is none."""

    def __init__(self, guard: Guard, inner: AbstractResolver) -> None:
        self._guard = guard
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        kept = [entry for entry in found if self._guard.lets(entry["host"], host, port)]
        if not kept:
            raise NotAllowed(f"{host} leads to no public address")
        return kept

    async def close(self) -> None:
        await self._inner.close()


@dataclass(frozen=True, slots=True)
class LiteralCheck:
    """An address written as one is never resolved, so it is looked at here. Raises NotAllowed."""

    guard: Guard

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        host = request.url.host or ""
        is_literal = ":" in host or host.replace(".", "").isdigit()
        if is_literal and not self.guard.lets(host, host, request.url.port or 0):
            raise NotAllowed(f"{host} is no public address")
        return await handler(request)
