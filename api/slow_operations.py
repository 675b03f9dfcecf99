"""The log of operations that took long: what was asked and where the time went, never with which
values."""

from __future__ import annotations

import structlog

from api.exchange import Exchange
from schema.execution.trusted import sha256

log = structlog.get_logger()


def tell(exchange: Exchange, ended_at: float) -> None:
    """One event. document: the hash a persisted or trusted document goes by."""
    prepared = exchange.prepared
    durations = exchange.durations(ended_at)
    log.warning(
        "slow operation",
        document=prepared and sha256(prepared.document.text),
        operation=prepared and prepared.operation_name,
        cost=prepared and prepared.cost,
        **{f"{name}_seconds": round(seconds, 6) for name, seconds in durations.items()},
    )
