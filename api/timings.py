"""The Server-Timing header: where a request's time went."""

from __future__ import annotations

from api.exchange import Exchange
from domain.access import ANONYMOUS

HIT = (b"server-timing", b"cache;desc=hit")


def server_timing(exchange: Exchange, ended_at: float) -> tuple[tuple[bytes, bytes], ...]:
    """For holders of a token only. A stranger could learn from the database's own time, freed of
    the network's noise, whether rows exist that they may not see; and from a hit, that somebody
    else just asked the same."""
    if exchange.viewer is ANONYMOUS:
        return ()
    if exchange.is_hit:
        return (HIT,)
    if not exchange.prepared_at:
        return ()
    begun_at, prepared_at = exchange.begun_at, exchange.prepared_at
    value = b"plan;dur=%.2f, db;dur=%.2f, total;dur=%.2f" % (
        1e3 * (prepared_at - begun_at),
        1e3 * (ended_at - prepared_at),
        1e3 * (ended_at - begun_at),
    )
    return ((b"server-timing", value),)
