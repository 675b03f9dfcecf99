"""The demo's supervisor: children are watched, restarted with a pause, stopped in order."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import supervisor as module
from commands.failures import CommandFailed
from commands.supervisor import Child, Supervisor


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def supervisor(lines: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(lines.append)
    yield made
    made.stop()


def child(tmp_path: Path, name: str, code: str, *, stop_seconds: float = 10.0) -> Child:
    command = [sys.executable, "-u", "-c", code]
    log = tmp_path / "logs" / f"{name}.log"
    return Child(name, command, {"GREETING": "hello"}, log, stop_seconds=stop_seconds)


def wait_for(text: str, path: Path) -> None:
    deadline = time.monotonic() + 10
    while text not in (path.read_text() if path.exists() else ""):
        assert time.monotonic() < deadline, path.read_text()
        time.sleep(0.01)


SLEEPS = """
import os, signal, sys, time
def stop(number, frame):
    with open(sys.argv[1] if len(sys.argv) > 1 else "ORDER", "a") as file:
        file.write("NAME\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print(os.environ["GREETING"])
time.sleep(60)
"""


def test_children_are_stopped_in_reverse_order(
    tmp_path: Path, supervisor: Supervisor, lines: list[str]
) -> None:
    order = tmp_path / "order"
    for name in ("first", "second"):
        code = SLEEPS.replace("ORDER", str(order)).replace("NAME", name)
        supervisor.start(child(tmp_path, name, code))
        wait_for("hello", tmp_path / "logs" / f"{name}.log")
    supervisor.must_run()
    started = list(supervisor.children)
    supervisor.stop()
    assert order.read_text() == "second\nfirst\n"
    assert not any(each.is_running for each in started)
    assert lines == []


def test_one_that_does_not_stop_is_killed(
    tmp_path: Path, supervisor: Supervisor, lines: list[str]
) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf')"
    deaf = child(tmp_path, "deaf", f"{code}; time.sleep(60)", stop_seconds=0.2)
    supervisor.start(deaf)
    wait_for("deaf", deaf.log)
    supervisor.stop()
    assert not deaf.is_running
    assert lines == ["deaf does not stop, killing it"]


def test_one_that_dies_is_named_and_restarted_after_longer_and_longer_pauses(
    tmp_path: Path, supervisor: Supervisor, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.05)
    worker = child(tmp_path, "worker", "print('last words'); raise SystemExit(3)")
    supervisor.start(worker)
    deadline = time.monotonic() + 20
    while worker.failures < 3:
        assert time.monotonic() < deadline
        supervisor.check()
        time.sleep(0.01)
    assert lines[0].startswith("worker ended by itself with status 3, again in 0 s")
    assert lines[1] == "  last words"
    assert lines[2] == "starting worker again"
    assert lines.count("starting worker again") == 2
    assert worker.due_at - time.monotonic() == pytest.approx(0.2, abs=0.1)


def test_one_that_dies_while_starting_ends_the_start(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    broken = child(tmp_path, "api", "raise SystemExit('no such table')")
    supervisor.start(broken)
    assert broken.process is not None
    broken.process.wait()
    with pytest.raises(CommandFailed, match=r"api ended by itself with status 1, see (.|\n)*table"):
        supervisor.must_run()


def test_a_signal_is_named(tmp_path: Path, supervisor: Supervisor, lines: list[str]) -> None:
    killed = child(tmp_path, "worker", "import os; os.kill(os.getpid(), 9)")
    supervisor.start(killed)
    assert killed.process is not None
    killed.process.wait()
    supervisor.check()
    assert lines[0].startswith("worker was killed by SIGKILL, again in 1 s")


def test_the_last_run_s_log_is_kept_beside(tmp_path: Path, supervisor: Supervisor) -> None:
    log = tmp_path / "logs" / "worker.log"
    log.parent.mkdir()
    log.write_text("yesterday\n")
    supervisor.start(child(tmp_path, "worker", "print('today')"))
    wait_for("today", log)
    assert "yesterday" not in log.read_text()
    assert (tmp_path / "logs" / "worker.log.1").read_text() == "yesterday\n"


def test_a_log_that_grows_is_cut_off_and_its_last_part_kept(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_LOG_BYTES", 50)
    talker = child(tmp_path, "talker", "print('x' * 60); import time; time.sleep(60)")
    supervisor.start(talker)
    wait_for("x" * 60, talker.log)
    supervisor.check()
    assert talker.log.read_text() == ""
    assert talker.log.with_suffix(".log.1").read_text() == "x" * 60 + "\n"
    assert talker.is_running
