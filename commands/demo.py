"""Everything at once on one machine, with a demo district: what a first visitor sees."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from commands.failures import CommandFailed
from commands.liveness import is_live
from commands.local_postgres import LocalDatabase, local_postgres
from commands.ports import must_be_free
from commands.secret_key import kept_key
from commands.services import Port
from commands.supervisor import POLL_SECONDS, Child, Supervisor
from settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
READY_SECONDS = 60.0
PULL_SECONDS = 5
PLAYED_BY_THE_SANDBOX = (
    "WEIBO",
    "MASTODON",
    "WECHAT",
    "DOUYIN",
    "BILIBILI",
    "YOUTUBE",
    "PLAUSIBLE",
    "WORDPRESS",
)
"""Nothing in the demo asks a real platform."""

Speed = Annotated[float, Parameter(validator=Number(gte=0, lte=360_000))]


def demo(*, port: Port = 8000, data: Path | None = None, speed: Speed = 360.0) -> None:
    """Set everything up with a demo district and run it until Ctrl-C or SIGTERM.

    The first start makes the database and loads the district; later ones go on where it stopped.

    Parameters
    ----------
    port
        Port of the API, on 127.0.0.1.
    data
        Directory that keeps everything; by default `demo` in XINFENG_DATA_DIR.
    speed
        Hours of real counters replayed in one hour; 360 is an hour every ten seconds.
    """
    settings = load_settings()
    directory = (data or settings.data_dir / "demo").expanduser().resolve()
    must_be_free(HOST, port, "--port")
    _say(f"the demo's data is in {directory}")
    with _alone(directory), local_postgres(directory, report=_say) as database:
        key = settings.secret_key.get_secret_value() or kept_key(directory)
        _fill(directory, database.url, key, settings, port)
        _run(directory, database, key, port, speed)


def _say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "demo.lock").touch()
    except OSError as error:
        raise CommandFailed(f"cannot write to {directory}: {error}") from error
    with open(directory / "demo.lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandFailed(
                f"a demo runs on {directory} already: stop it, or choose another with --data"
            ) from None
        yield


def _fill(directory: Path, database_url: str, key: str, settings: Settings, port: int) -> None:
    from commands.district import load_district, open_desk
    from commands.migrate import OtherLine, migrate
    from domain.secrets import SecretBox

    try:
        asyncio.run(migrate(database_url, _say))
    except OtherLine:
        raise OtherLine(f"remove {directory} and start again") from None
    asyncio.run(
        load_district(
            database_url=database_url,
            secret_box=SecretBox(tuple(key.split())),
            now=datetime.now(UTC),
            report=_say,
            zone=settings.zone,
        )
    )
    address = f"http://{HOST}:{port}"
    now = datetime.now(UTC)
    asyncio.run(open_desk(database_url=database_url, address=address, now=now, report=_say))


def _run(directory: Path, database: LocalDatabase, key: str, port: int, speed: float) -> None:
    supervisor = Supervisor(_say)
    try:
        for child in _children(directory, database.url, key, port, speed):
            _say(f"starting {child.name}")
            supervisor.start(child)
        _wait_until_ready(supervisor, port)
        _welcome(directory, port)
        with contextlib.suppress(KeyboardInterrupt, SystemExit):  # told to stop: no failure
            _watch(supervisor, directory, database)
    finally:
        # From here on a second signal must not interrupt the stopping.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        _say("stopping")
        supervisor.stop()


def _watch(supervisor: Supervisor, directory: Path, database: LocalDatabase) -> None:
    while database.is_running():
        supervisor.check()
        time.sleep(POLL_SECONDS)
    raise CommandFailed(f"PostgreSQL ended by itself, see {directory / 'postgres.log'}")


def _children(directory: Path, url: str, key: str, port: int, speed: float) -> list[Child]:
    """The sandbox first: it is what the worker asks. Stopped the other way round."""
    from commands.district import RESUMES_AT

    sandbox_port = _free_port()
    here = f"http://{HOST}:{sandbox_port}"
    environment = {
        "DATABASE_URL": url,
        "XINFENG_SECRET_KEY": key,
        "XINFENG_PLATFORM_URLS": json.dumps(
            {name: f"{here}/{name.lower()}" for name in PLAYED_BY_THE_SANDBOX}
        ),
        "XINFENG_PULL_INTERVAL_SECONDS": str(PULL_SECONDS),
        "XINFENG_LOG_FORMAT": "text",
        "XINFENG_METRICS_ADDRESS": "",  # one process could have it
    }
    clock = str(directory / "sandbox-clock.json")
    sandbox = ["sandbox", "--port", str(sandbox_port), "--speed", str(speed), "--clock", clock]
    sandbox += ["--start-hour", RESUMES_AT]
    commands = {
        "sandbox": sandbox,
        "worker": ["worker"],
        "api": ["serve", "--host", HOST, "--port", str(port)],
    }
    return [
        Child(
            name=name,
            command=[sys.executable, str(ROOT / "cli.py"), *arguments],
            environment=environment,
            log=directory / "logs" / f"{name}.log",
        )
        for name, arguments in commands.items()
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(supervisor: Supervisor, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_live(port):
        supervisor.must_run()
        if time.monotonic() > deadline:
            raise CommandFailed(f"the API does not answer after {READY_SECONDS:.0f} s")
        time.sleep(0.05)
    supervisor.must_run()


def _welcome(directory: Path, port: int) -> None:
    from commands.district.editors import PASSWORD, email

    place = f"http://{HOST}:{port}"
    launcher = shlex.quote(os.path.relpath(ROOT / "xinfeng"))
    launcher = launcher if "/" in launcher else f"./{launcher}"
    data = f"XINFENG_DATA_DIR={shlex.quote(str(directory))}"
    _say(f"ready {place}")
    _say(f"  look:   open {place}/ in a browser; its query page shows reads that grow")
    _say(f"  work:   sign in at {place}/sign-in as {email('chief')}, password “{PASSWORD}”")
    _say(f"  write:  {data} {launcher} token create --name me")
    _say(f"  verify: {data} {launcher} engagement verify")
