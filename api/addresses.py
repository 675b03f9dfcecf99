"""From which address a request comes, as far as it can be believed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

MAX_KNOWN = 10_000
HOUSEHOLD_BITS = 64
"""One client may use as many IPv6 addresses as it likes of the network it was given."""


class Addresses:
    """trusted: networks of proxies, whose X-Forwarded-For is believed. Of others it is not: who
    may choose their own address has no limit."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self._trusted = [ip_network(text) for text in trusted]
        self._find = lru_cache(MAX_KNOWN)(self._sought)

    def of(self, scope: Scope) -> str:
        """An IPv4 address, or the /64 of an IPv6 one; empty where there is none."""
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self._trusted:
            return self._find(peer, b"")
        given = (value for name, value in scope["headers"] if name == b"x-forwarded-for")
        return self._find(peer, b",".join(given))

    def _sought(self, peer: str, forwarded: bytes) -> str:
        """The last address that no proxy of ours has, as each adds whom it heard at the end."""
        found = _read(peer)
        for text in reversed(forwarded.decode("latin-1").split(",") if forwarded else []):
            if found is None or not self._is_trusted(found):
                break
            nearer = _read(text.strip())
            if nearer is None:
                break
            found = nearer
        if isinstance(found, IPv6Address):
            return str(ip_network((found, HOUSEHOLD_BITS), strict=False))
        return str(found or "")

    def _is_trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
