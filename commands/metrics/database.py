"""What waits in the database, asked when somebody looks, and not more often than every few
seconds."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import asyncpg
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.database import connection_parameters
from domain.lags import Lags, lags
from domain.outages import OUTAGES
from workers.depth import Depth, depths
from workers.platforms import ADAPTERS

PATIENCE_SECONDS = 3.0
HELD_SECONDS = 5.0
SETTINGS = {
    "application_name": "xinfeng-metrics",
    "default_transaction_read_only": "on",
    "statement_timeout": "2000",
}


class DatabaseMetrics(Collector):
    """A connection for each look: none is held, and the database is found again after it was
    away."""

    def __init__(self, database_url: str) -> None:
        self._parameters = connection_parameters(database_url)
        self._alone = threading.Lock()
        self._held: list[Metric] = []
        self._held_until = 0.0

    def describe(self) -> Iterator[Metric]:
        """Registering asks nothing."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        with self._alone:
            if time.monotonic() >= self._held_until:
                self._held = list(self._look())
                self._held_until = time.monotonic() + HELD_SECONDS
            yield from self._held

    def _look(self) -> Iterator[Metric]:
        try:
            found, queue = asyncio.run(self._ask())
        except (*OUTAGES, asyncpg.PostgresError):
            yield _gauge("xinfeng_database_up", UP, 0)
            return
        yield _gauge("xinfeng_database_up", UP, 1)
        yield from _of_lags(found)
        yield from _of_queue(queue)

    async def _ask(self) -> tuple[Lags, list[Depth]]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            connection = await asyncpg.connect(**self._parameters, server_settings=SETTINGS)
            try:
                now = datetime.now(UTC)
                names = [platform.value for platform in ADAPTERS]
                return (
                    await lags(connection, now=now, platforms=names),
                    await depths(connection, now=now),
                )
            finally:
                connection.terminate()


UP = "Whether the database answers, and is migrated."


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)


def _of_lags(found: Lags) -> Iterator[Metric]:
    ledger, pulls, webhooks = found.ledger, found.pulls, found.webhooks
    yield _gauge("xinfeng_ledger_marks", "Marks that wait for the roll-up.", ledger.waiting)
    yield _gauge("xinfeng_ledger_lag_seconds", "Age of the oldest mark.", ledger.seconds)
    yield _gauge("xinfeng_pull_due_posts", "Posts due where we may ask.", pulls.waiting)
    yield _gauge("xinfeng_pull_lag_seconds", "How long the first of them is due.", pulls.seconds)
    yield _gauge("xinfeng_webhooks_pending", "Messages to be sent.", webhooks.waiting)
    yield _gauge("xinfeng_webhooks_lag_seconds", "Age of the oldest of them.", webhooks.seconds)
    yield _gauge("xinfeng_webhooks_dead", "Messages given up; replay them.", found.dead_webhooks)
    paused = GaugeMetricFamily(
        "xinfeng_accounts_paused", "Accounts not asked now, by kind of failure.", labels=("kind",)
    )
    for kind, accounts in sorted(found.paused.items()):
        paused.add_metric((kind,), accounts)
    yield paused


def _of_queue(queue: list[Depth]) -> Iterator[Metric]:
    jobs = GaugeMetricFamily(
        "xinfeng_jobs", "Jobs in the queue, by task and status.", labels=("task", "status")
    )
    oldest = GaugeMetricFamily(
        "xinfeng_job_oldest_seconds",
        "How long the oldest job has been fit to run.",
        labels=("task", "status"),
    )
    for depth in queue:
        jobs.add_metric((depth.task, depth.status), depth.jobs)
        oldest.add_metric((depth.task, depth.status), depth.seconds)
    yield from (jobs, oldest)
