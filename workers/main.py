"""The worker process: works until it is told to stop, through every absence of the database."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
import structlog
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

from domain.database import connection_parameters, open_database
from domain.spans import Kind, span, traces_to
from settings import Settings
from workers.clocks import ClockWatch
from workers.health import WorkerHealth
from workers.http import open_session
from workers.jobs import HEARTBEAT_SECONDS, STALLED_SECONDS, Jobs
from workers.metrics import JOBS, RUNNING
from workers.queue import CONNECTION_SECONDS, SCHEMA, connector
from workers.tools import Tools, guard_from, tools_from

GRACE_SECONDS = 5.0
"""How long a running job may still take once the worker is told to stop."""
LEAVE_SECONDS = 9.0
"""When a worker that was told to stop leaves, come what may: a silent database holds up every
tidy way out. Whoever waits for us kills after ten seconds, and being killed loses nothing."""
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0

log = structlog.get_logger()


class NotReady(Exception):
    """The database answers, but not as a worker needs it; the message says what is missing."""


async def run_worker(settings: Settings, health: WorkerHealth) -> None:
    """Returns after SIGTERM or SIGINT, with the running jobs finished or, out of grace, undone.

    Where the database hangs, the process ends with status 1 instead of returning.
    """
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def be_stopped() -> None:
        if not stop.is_set():
            stop.set()
            loop.call_later(LEAVE_SECONDS, _leave)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, be_stopped)
    with traces_to(settings.traces_endpoint, "xinfeng-worker"):
        await _until_stopped(settings, health, stop)
    log.info("worker_stopped")


async def _until_stopped(settings: Settings, health: WorkerHealth, stop: asyncio.Event) -> None:
    async with open_session(settings.pull_timeout_seconds, guard_from(settings)) as session:
        tools = tools_from(settings, session)
        beating = asyncio.create_task(health.beat())
        await _keep_working(settings, tools, stop, health)
        beating.cancel()


def _leave() -> None:
    log.warning("worker_left", why="the database did not let it stop in time")
    os._exit(1)


async def _keep_working(
    settings: Settings, tools: Tools, stop: asyncio.Event, health: WorkerHealth
) -> None:
    wait = FIRST_WAIT_SECONDS
    while not stop.is_set():
        try:
            await _check_database(settings.database_url)
            wait = FIRST_WAIT_SECONDS
            await _work(settings, tools, stop, health)
        except Exception as error:
            health.waits_for = "the database is away"
            if isinstance(error, NotReady):
                health.waits_for = str(error)
            # Whatever ended the work, the database's absence above all: the next round finds out.
            log.warning("worker_waits", seconds=wait, error=type(error).__name__, why=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)


async def _check_database(database_url: str) -> None:
    parameters = connection_parameters(database_url)
    connection = await asyncpg.connect(**parameters, timeout=CONNECTION_SECONDS)
    try:
        found = await connection.fetchval(
            "SELECT to_regclass($1) IS NOT NULL", f"{SCHEMA}.procrastinate_jobs"
        )
    finally:
        await connection.close(timeout=CONNECTION_SECONDS)
    if not found:
        raise NotReady("the database is not migrated: run ./xinfeng migrate")


async def _work(
    settings: Settings, tools: Tools, stop: asyncio.Event, health: WorkerHealth
) -> None:
    """One life of the queue: until told to stop, until the clock is turned (what is done by the
    clock is planned anew then), or until the database fails it."""
    jobs_at_once = settings.worker_concurrency
    # A pull asks for the next allowance while it records.
    async with open_database(settings.database_url, pool_size=2 * jobs_at_once + 1):
        queue = connector(settings.database_url, max_size=jobs_at_once + 2)
        jobs = Jobs(queue, tools)
        async with jobs.app.open_async():
            await jobs.end_retirements()
            await jobs.mend_plans()
            log.info("worker_started", concurrency=jobs_at_once)
            health.waits_for = ""
            await _until(stop, ClockWatch(tools.clock), _worker(jobs, jobs_at_once))


def _worker(jobs: Jobs, jobs_at_once: int) -> asyncio.Task[None]:
    return asyncio.create_task(
        jobs.app.run_worker_async(
            concurrency=jobs_at_once,
            delete_jobs="successful",
            install_signal_handlers=False,
            shutdown_graceful_timeout=GRACE_SECONDS,
            fetch_job_polling_interval=2.0,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            worker_middleware=[_name_job],
        )
    )


async def _until(stop: asyncio.Event, watch: ClockWatch, worker: asyncio.Task[None]) -> None:
    stopped, turned = asyncio.create_task(stop.wait()), asyncio.create_task(watch.until_turned())
    try:
        await asyncio.wait({worker, stopped, turned}, return_when=asyncio.FIRST_COMPLETED)
        if turned.done():
            log.warning("clock_turned", seconds=round(turned.result().total_seconds()))
        if stopped.done() or turned.done():
            await _end(worker)
            return
        await worker
        raise NotReady("the queue lost its connection")
    finally:
        stopped.cancel()
        turned.cancel()


async def _end(worker: asyncio.Task[None]) -> None:
    worker.cancel()
    await asyncio.wait({worker})
    if not worker.cancelled() and (error := worker.exception()):
        log.warning("worker_stopped_badly", error=type(error).__name__)


async def _name_job(
    call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker
) -> Any:
    """Every line a job logs, and its span, says which job it was; how long it took is counted."""
    names = {"job_id": context.job.id, "task": context.job.task_name}
    begun_at, outcome = time.perf_counter(), "stopped"
    try:
        with (
            RUNNING.track_inprogress(),
            structlog.contextvars.bound_contextvars(**names),
            span(
                f"job {context.job.task_name}",
                Kind.CONSUMER,
                {"xinfeng.job_id": context.job.id or 0},
            ),
        ):
            result = await call_next()
        outcome = "succeeded"
        return result
    except Exception:
        outcome = "failed"
        raise
    finally:
        JOBS.labels(context.job.task_name, outcome).observe(time.perf_counter() - begun_at)
