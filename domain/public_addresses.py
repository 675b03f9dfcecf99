"""Which addresses may be sent to: those of the public internet, and what is allowed by name; pure.

Whoever may register an address could otherwise make us knock at doors that only we can reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

NAT64 = IPv6Network("64:ff9b::/96")
"""How networks without IPv4 write its addresses: as public as the address inside."""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises ValueError that names the one that is none."""
    return tuple(ip_network(text) for text in texts)


def may_be_sent_to(text: str, allowed: Iterable[Network]) -> bool:
    """text: an address as a resolver gives it; what is no address is none to send to."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if any(address in network for network in allowed):
        return True
    if address in NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return all(_is_public(inner) for inner in (address, *_embedded(address)))


def _is_public(address: Address) -> bool:
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _embedded(address: Address) -> Iterator[Address]:
    """IPv4 addresses that an IPv6 address leads to, by whatever way of crossing over."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield address.teredo[1]
