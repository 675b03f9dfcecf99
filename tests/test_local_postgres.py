"""The bundled PostgreSQL: made once, joined by the next, stopped cleanly, started after a crash."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from commands.failures import CommandFailed
from commands.local_postgres import binaries, local_postgres
from commands.postmaster import read_postmaster
from commands.unprivileged import Identity, identity_for, let_through
from domain.database import connection_parameters

ROOT = Path(__file__).parent.parent
HOLDER = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from pathlib import Path
from commands.local_postgres import local_postgres
with local_postgres(Path(sys.argv[1]), report=print) as database:
    print(database.url, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a space in its name and a cluster in it."""
    made = tmp_path_factory.mktemp("data dir", numbered=True)
    with local_postgres(made, report=lambda line: None):
        pass
    return made


def ask(url: str, sql: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(**connection_parameters(url))
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(run())


def hold(directory: Path) -> tuple[subprocess.Popen[str], str]:
    """Another process that runs the server."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(directory)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("postgresql://"):
            return process, line.strip()
    raise AssertionError("the other process started no server")


def end(process: subprocess.Popen[str], signum: signal.Signals) -> None:
    process.send_signal(signum)
    process.communicate()


def test_data_survives_and_nothing_is_left(directory: Path) -> None:
    with local_postgres(directory, report=lambda line: None) as first:
        sockets = read_socket_directory(directory)
        assert first.is_running()
        ask(first.url, "CREATE TABLE kept AS SELECT 7 AS value")
        assert ask(first.url, "SHOW server_encoding") == "UTF8"
        assert ask(first.url, "SELECT datcollate FROM pg_database WHERE datname = 'xinfeng'") == "C"
        assert ask(first.url, "SHOW listen_addresses") == ""
        assert ask(first.url, "SHOW timezone") == "UTC"
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not first.is_running()
    assert not sockets.exists()
    assert read_postmaster(directory / "postgres") is None
    with local_postgres(directory, report=lambda line: None) as second:
        assert ask(second.url, "DELETE FROM kept RETURNING value") == 7
        ask(second.url, "DROP TABLE kept")


def read_socket_directory(directory: Path) -> Path:
    return Path((directory / "sockets").read_text())


def test_a_second_process_joins_and_leaves_it_running(directory: Path) -> None:
    process, url = hold(directory)
    lines: list[str] = []
    try:
        with local_postgres(directory, report=lines.append) as joined:
            assert joined.url == url
            assert ask(joined.url, "SELECT 1") == 1
            assert joined.is_running()
        assert ask(url, "SELECT 2") == 2
    finally:
        end(process, signal.SIGINT)
    (line,) = lines
    assert line.startswith("joining the PostgreSQL that process ")
    assert read_postmaster(directory / "postgres") is None


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_a_killed_parent_takes_the_server_with_it(directory: Path) -> None:
    process, url = hold(directory)
    assert read_postmaster(directory / "postgres") is not None
    sockets = read_socket_directory(directory)
    end(process, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while "database system is shut down" not in (directory / "postgres.log").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert read_postmaster(directory / "postgres") is None
    with local_postgres(directory, report=lambda line: None) as database:
        assert not sockets.exists()
        assert database.url != url
        assert ask(database.url, "SELECT 1") == 1


def test_a_start_right_after_a_kill_waits_for_the_old_server(directory: Path) -> None:
    process, _ = hold(directory)
    end(process, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while (found := read_postmaster(directory / "postgres")) and found.is_ready:
        assert time.monotonic() < deadline
    with local_postgres(directory, report=lambda line: None) as database:
        assert ask(database.url, "SELECT 1") == 1


def test_a_crashed_server_is_started_over_its_stale_file(directory: Path) -> None:
    with local_postgres(directory, report=lambda line: None) as database:
        ask(database.url, "CREATE TABLE before AS SELECT 9 AS value")
        found = read_postmaster(directory / "postgres")
        assert found is not None
        psutil.Process(found.pid).kill()
        while database.is_running():
            time.sleep(0.01)
    assert (directory / "postgres" / "postmaster.pid").exists()
    with local_postgres(directory, report=lambda line: None) as database:
        assert ask(database.url, "SELECT value FROM before") == 9


def test_a_number_that_went_to_another_program_is_stale(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n/x\n1\n5432\n/y\n\n1 2\nready   \n")
    assert read_postmaster(tmp_path) is None
    (tmp_path / "postmaster.pid").write_text("nonsense\n")
    assert read_postmaster(tmp_path) is None


def test_an_interrupted_initdb_is_made_anew(tmp_path: Path) -> None:
    left = tmp_path / "postgres.partial" / "base"
    left.mkdir(parents=True)
    lines: list[str] = []
    with local_postgres(tmp_path, report=lines.append) as database:
        assert ask(database.url, "SELECT current_database()") == "xinfeng"
    assert not left.exists()
    assert f"making a PostgreSQL database in {tmp_path}" in lines


def test_a_server_that_cannot_start_says_why(directory: Path) -> None:
    options = {"shared_buffers": "nonsense"}
    with (
        pytest.raises(CommandFailed, match=r"postgres\.log.*shared_buffers"),
        local_postgres(directory, report=lambda line: None, options=options),
    ):
        pass
    assert read_postmaster(directory / "postgres") is None
    assert not (directory / "sockets").exists()


def test_a_long_temporary_directory_is_not_used(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with local_postgres(directory, report=lambda line: None) as database:
        assert ask(database.url, "SELECT 1") == 1
        assert read_socket_directory(directory).parent == Path("/tmp")
    assert list(long.iterdir()) == []


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(CommandFailed, match="cannot make the data directory"),
        local_postgres(tmp_path / "file" / "x", report=lambda line: None),
    ):
        pass


def test_the_programs_are_there() -> None:
    assert {"initdb", "postgres", "psql"} <= {path.name for path in binaries().iterdir()}


def test_only_passing_through_is_granted(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    closed.chmod(0o700)
    inner.chmod(0o750)
    stranger = Identity(uid=59_999, gid=59_999)
    lines: list[str] = []
    let_through(stranger, inner / "file", lines.append)
    assert closed.stat().st_mode & 0o777 == 0o701
    assert inner.stat().st_mode & 0o777 == 0o751
    (line,) = lines
    assert line.startswith("allowing other users to pass through (not read): ")
    assert f"{closed}, {inner}" in line
    let_through(stranger, inner / "file", lines.append)
    let_through(Identity(), inner / "file", lines.append)
    assert len(lines) == 1


def test_who_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(CommandFailed, match="belongs to user"):
        identity_for(tmp_path)
    assert identity_for(tmp_path / "new") == Identity()


def test_without_useradd_root_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("commands.unprivileged.USER", "xinfeng-nobody-yet")
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    with pytest.raises(CommandFailed, match="make a user named xinfeng-nobody-yet, or run this as"):
        identity_for(tmp_path / "new")
