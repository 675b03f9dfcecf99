"""How it shows that the database is away, or asks to come again."""

from __future__ import annotations

import asyncpg
from tortoise.exceptions import DBConnectionError

OUTAGES: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    DBConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
"""What a statement raises when nothing is wrong with it, and it would succeed later."""


class TimedOut(Exception):
    """It took longer than it may: the database gave up, or nobody waits any more."""
