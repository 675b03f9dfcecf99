"""The background jobs: plan what is due, pull an account, roll up, rescue what the dead left, and
what workers/periodic.py lists."""

from __future__ import annotations

from collections.abc import Collection

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

from domain.clocks import mend_plans
from domain.database import transaction
from domain.deliveries.log import requests_of
from domain.deliveries.memory import forget as forget_pushes
from domain.engagement.actions.rollup import RollUp, roll_up
from domain.pulling.actions.accounts import end_retirements
from domain.pulling.budgets import forget_old_budgets
from domain.pulling.due import due_accounts
from domain.spans import Kind, span
from domain.webhooks.sending import forget_delivered
from workers.metrics import MARKS, OBSERVATIONS, PULLS
from workers.periodic import EVERY_FIVE_SECONDS, EVERY_TWO_SECONDS, HOURLY, PERIODIC, Periodic
from workers.pulling import pull
from workers.tidying import keep_the_ledger
from workers.tools import Tools

MOST_ACCOUNTS_PLANNED = 500
MARKS_PER_ROLL_UP = 10_000
ROLL_UPS_PER_JOB = 20
"""A backlog is worked off in several jobs, so that stopping never waits for all of it."""

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0
"""A worker silent for this long is dead. If it was only slow, its work is done twice at worst,
and recording the same answer twice changes nothing."""

KEPT_HOURS = 72
ROLL_UP_FIRST = 10
MOST_NAMED = 20
"""Requests that one line names."""

QUEUED = """
SELECT queueing_lock FROM procrastinate_jobs
WHERE status IN ('todo', 'doing') AND queueing_lock = ANY(%(locks)s)
"""
WAITING = "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = %(lock)s"

log = structlog.get_logger()


async def _tell(done: RollUp) -> None:
    """request_ids: of the latest pushes among those whose totals were derived."""
    latest = sorted(done.deliveries)[-MOST_NAMED:]
    async with transaction() as client:
        request_ids = await requests_of(client, latest)
    for request_id in request_ids:
        with span("rolled up", Kind.INTERNAL, {"xinfeng.marks": done.marks}, request_id):
            pass  # a moment in the trace of the push: its totals are derived
    log.info(
        "rolled_up",
        marks=done.marks,
        pairs=done.pairs,
        deliveries=len(done.deliveries),
        request_ids=request_ids,
    )


class Jobs:
    """A Procrastinate app with our tasks on it, all working with the same tools."""

    def __init__(self, connector: PsycopgConnector, tools: Tools) -> None:
        self.app = App(connector=connector, periodic_defaults={"max_delay": 60})
        self._tools = tools
        task, periodic = self.app.task, self.app.periodic
        self._pull = task(name="pull_account")(self.pull_account)
        self._roll_up = task(name="roll_up", queueing_lock="roll_up", priority=ROLL_UP_FIRST)(
            self.roll_up
        )
        plan = task(name="plan_due", queueing_lock="plan_due", priority=ROLL_UP_FIRST)
        rescue = task(name="rescue", queueing_lock="rescue", priority=ROLL_UP_FIRST)
        tidy = task(name="tidy", queueing_lock="tidy")
        periodic(cron=EVERY_TWO_SECONDS)(plan(self.plan_due))
        periodic(cron=EVERY_TWO_SECONDS)(self._roll_up)
        periodic(cron=EVERY_FIVE_SECONDS)(rescue(self.rescue))
        periodic(cron=HOURLY)(tidy(self.tidy))
        for each in PERIODIC:
            self._repeat(each)

    def _repeat(self, each: Periodic) -> None:
        async def run(timestamp: int) -> None:
            await each.work(self._tools)

        task = self.app.task(name=each.name, lock=each.name, queueing_lock=each.name)
        self.app.periodic(cron=each.cron)(task(run))

    async def end_retirements(self) -> None:
        """Asks again where a platform retired an endpoint that our adapter asks no more."""
        async with transaction() as client:
            for platform, adapter in self._tools.adapters.items():
                for account_id in await end_retirements(client, platform, adapter.revision):
                    log.info("account_asked_again", account_id=account_id)

    async def mend_plans(self) -> None:
        """Should the clock have run ahead before, nothing waits for the time it showed."""
        async with transaction() as client:
            mended = await mend_plans(client, self._tools.clock())
        if any(mended):
            log.warning("plans_mended", **mended._asdict())

    async def plan_due(self, timestamp: int) -> None:
        """Queues a pull for every account that is due and has none queued or running."""
        async with transaction() as client:
            due = await due_accounts(
                client, self._tools.clock(), self._tools.adapters, MOST_ACCOUNTS_PLANNED
            )
        locks = {account_id: f"account:{account_id}" for account_id in due}
        queued = await self._queued(locks.values())
        for account_id, lock in locks.items():
            if lock in queued:
                continue
            job = self._pull.configure(lock=lock, queueing_lock=lock)
            try:
                await job.defer_async(account_id=account_id)
            except AlreadyEnqueued:
                continue

    async def pull_account(self, account_id: int) -> None:
        pulled = await pull(self._tools, account_id)
        log.info(
            "pulled",
            account_id=account_id,
            ended=pulled.ended.value,
            batches=pulled.batches,
            observations=pulled.observations,
            gone=pulled.gone,
        )
        PULLS.labels(pulled.ended.value).inc()
        OBSERVATIONS.inc(pulled.observations)
        if pulled.observations or pulled.gone:
            await self._queue_roll_up()

    async def roll_up(self, timestamp: int = 0) -> None:
        """Derives totals until nothing is dirty, or until others should have a turn."""
        for _ in range(ROLL_UPS_PER_JOB):
            done = await roll_up(zone=self._tools.zone, limit=MARKS_PER_ROLL_UP)
            MARKS.inc(done.marks)
            if done.marks:
                await _tell(done)
            if done.marks < MARKS_PER_ROLL_UP:
                return

    async def rescue(self, timestamp: int) -> None:
        """Queues anew what workers were doing when they died."""
        manager = self.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            try:
                await manager.retry_job(job)
            except UniqueViolation:
                # The same work waits in the queue already, and waits for this row's lock.
                await manager.finish_job(job, Status.FAILED, delete_job=True)
            log.warning("job_rescued", rescued_job_id=job.id, task=job.task_name)

    async def tidy(self, timestamp: int) -> None:
        """Makes the ledger's next months; forgets jobs that ended days ago (successful ones go at
        once), old allowances, raw answers, and pushes that were remembered for long enough."""
        await self.app.job_manager.delete_old_jobs(
            nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )
        async with transaction() as client:
            await forget_old_budgets(client, self._tools.clock())
            days = self._tools.push_memory_days
            await forget_pushes(client, now=self._tools.clock(), days=days)
            await forget_delivered(client, now=self._tools.clock())
        await keep_the_ledger(self._tools)

    async def _queue_roll_up(self) -> None:
        connector = self.app.connector
        if await connector.execute_query_all_async(WAITING, lock="roll_up"):
            return
        try:
            await self._roll_up.defer_async(timestamp=0)
        except AlreadyEnqueued:
            return

    async def _queued(self, locks: Collection[str]) -> set[str]:
        if not locks:
            return set()
        rows = await self.app.connector.execute_query_all_async(QUEUED, locks=list(locks))
        return {row["queueing_lock"] for row in rows}
