"""The demo as a visitor runs it: ready, growing, stopped without a trace, and on again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest

from commands.district.editors import PASSWORD, email
from tests.serving import free_port

ROOT = Path(__file__).parent.parent
DEMO = [sys.executable, "cli.py", "demo", "--speed", "36000"]
READS = "{ network { reads { value } } }"


class Demo:
    """A running `./xinfeng demo` and all the processes under it."""

    def __init__(self, data: Path, port: int) -> None:
        self.port = port
        environment = {
            name: value
            for name, value in os.environ.items()
            if name != "DATABASE_URL" and not name.startswith("XINFENG_")
        }
        self.process = subprocess.Popen(
            [*DEMO, "--data", str(data), "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line == f"ready http://127.0.0.1:{self.port}\n":
                return
        raise AssertionError("\n".join(self.lines))

    def below(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def reads(self) -> int:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": READS}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            value = json.loads(response.read())["data"]["network"]["reads"]["value"]
        return int(value)

    def signed_in(self, who: str, query: str) -> Any:
        """What the graph answers somebody of the newsroom, in a browser of their own."""
        place = f"http://127.0.0.1:{self.port}"
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        browser.addheaders = [("origin", place)]
        form = urlencode({"email": email(who), "password": PASSWORD}).encode()
        browser.open(f"{place}/sign-in", form, timeout=10).close()
        asked = urllib.request.Request(
            f"{place}/graphql",
            json.dumps({"query": query}).encode(),
            {"Content-Type": "application/json"},
        )
        with browser.open(asked, timeout=10) as response:
            answer = json.loads(response.read())
        assert "errors" not in answer, answer
        return answer["data"]

    def end(self, signum: signal.Signals) -> str:
        self.process.send_signal(signum)
        return self.process.communicate(timeout=60)[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Path]]:
    data = tmp_path_factory.mktemp("demo data")
    first = Demo(data, free_port())
    try:
        first.wait_until_ready()
        yield first, data
    finally:
        if first.process.poll() is None:
            first.end(signal.SIGKILL)


NEWSROOM = """{
    viewer { roles { role organization { name } } }
    reviewsToDo(first: 10) { nodes { stageTitle article { title } } }
    reviews(first: 20) { nodes { state stageTitle article { title } } }
    publicationPlans { nodes { step state article { title } } }
    distributions(first: 10) { nodes { way } }
    search(query: "老街路灯", first: 1) { nodes { subject { ... on Article {
        title corrections { text } draft { subtitle } } } } }
}"""


def test_a_newsroom_is_at_work(demo: tuple[Demo, Path]) -> None:
    """With an article in each stage of its review, for whoever signs in as the README says."""
    first, _ = demo
    told = {who: first.signed_in(who, NEWSROOM) for who in ("first", "second", "chief")}
    assert {who: data["viewer"]["roles"][0]["role"] for who, data in told.items()} == {
        **{"first": "REVIEWER", "second": "REVIEWER", "chief": "PUBLISHER"}
    }
    to_do = {
        who: sorted(node["article"]["title"] for node in data["reviewsToDo"]["nodes"])
        for who, data in told.items()
    }
    assert to_do == {
        "first": ["社区图书角开放（演示）"],
        "second": ["春季义诊排期公布（演示）", "社区图书角开放（演示）"],
        "chief": ["中学生走进非遗工坊（演示）"],
    }
    data = told["chief"]
    states = Counter(node["state"] for node in data["reviews"]["nodes"])
    assert states == {"RUNNING": 3, "RETURNED": 1, "PASSED": 1, "PUBLISHED": 2}
    plan = {"step": "PUBLISH", "state": "PLANNED", "article": {"title": "周末集市预告（演示）"}}
    assert data["publicationPlans"]["nodes"] == [plan]
    ways = Counter(node["way"] for node in data["distributions"]["nodes"])
    assert ways == {"INTERFACE": 1, "COPY": 1, "REQUEST": 1}
    (found,) = data["search"]["nodes"]
    assert found["subject"]["draft"] == {"subtitle": "夜里散步的人多了"}
    assert len(found["subject"]["corrections"]) == 1


def test_reads_grow_and_a_stop_leaves_only_data(demo: tuple[Demo, Path]) -> None:
    first, data = demo
    before = first.reads()
    assert before > 100_000_000
    deadline = time.monotonic() + 60
    while (after := first.reads()) == before:
        assert time.monotonic() < deadline, (data / "logs" / "worker.log").read_text()[-3000:]
        time.sleep(0.2)
    assert after > before
    sockets = Path((data / "sockets").read_text())
    below = first.below()
    assert {"postgres"} < {process.name() for process in below}
    assert second_demo_on(data) == (
        f"a demo runs on {data} already: stop it, or choose another with --data"
    )
    assert "stopping" in first.end(signal.SIGTERM)
    assert first.process.returncode == 0
    assert not [process for process in below if process.is_running()]
    assert not sockets.exists()
    assert sorted(path.name for path in data.iterdir()) == [
        *("demo.lock", "logs", "postgres", "postgres.log"),
        *("sandbox-clock.json", "secret-key"),
    ]


def second_demo_on(data: Path) -> str:
    second = Demo(data, free_port())
    output = second.process.communicate(timeout=30)[0]
    assert second.process.returncode == 1
    return str(output.splitlines()[-1]).removeprefix("xinfeng: ")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_a_second_start_keeps_the_data_and_a_kill_leaves_no_process(
    demo: tuple[Demo, Path],
) -> None:
    first, data = demo
    if first.process.poll() is None:
        first.end(signal.SIGTERM)
    clock = json.loads((data / "sandbox-clock.json").read_text())["position"]
    started = time.monotonic()
    second = Demo(data, free_port())
    try:
        second.wait_until_ready()
        assert time.monotonic() - started < 30
        assert "the demo district is there already" in second.lines
        assert not [line for line in second.lines if re.match(r"applied|making", line)]
        assert second.reads() > 100_000_000
        below = second.below()
    finally:
        sockets = Path((data / "sockets").read_text())
        second.end(signal.SIGKILL)
    _, alive = psutil.wait_procs(below, timeout=30)
    assert alive == []
    shutil.rmtree(sockets)  # the next start on this data would
    assert json.loads((data / "sandbox-clock.json").read_text())["position"] >= clock
