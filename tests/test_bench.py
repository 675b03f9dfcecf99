"""The benchmarks run, compare like with like, and judge as they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.figures import Figures, figures, median
from benchmarks.judging import Measured, judge
from benchmarks.recipe import steps
from benchmarks.rounds import ALONE, BYTES, ROUTE, SERVER, STOCK
from benchmarks.window import Window, percentiles

ROOT = Path(__file__).parent.parent
PLAIN = Figures(
    requests_per_second=1_000.0,
    p50_ms=2.0,
    p99_ms=4.0,
    server_cpu_ms=0.4,
    database_cpu_ms=0.5,
    load_cpu_ms=0.1,
    server_busy=0.5,
    database_busy=0.9,
    response_bytes=17_000,
    requests=3_000,
)


def bench(*arguments: str, directory: Path, server_url: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": server_url, "XINFENG_DATA_DIR": str(directory)}
    return subprocess.run(
        [sys.executable, "cli.py", "bench", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_reads_are_measured_beside_what_they_are_compared_with(
    server_url: str, tmp_path: Path
) -> None:
    written = tmp_path / "reads.json"
    small = ("--articles", "1000", "--seconds", "0.2", "--rounds", "1", "--connections", "4")
    done = bench(
        "reads",
        "W1",
        "W6",
        *small,
        "--json",
        str(written),
        directory=tmp_path,
        server_url=server_url,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(written.read_text())
    assert set(found["workloads"]["W1"]) == {SERVER, ALONE, BYTES, STOCK, ROUTE}
    assert set(found["workloads"]["W6"]) == {SERVER, BYTES}
    for each in found["workloads"].values():
        for measured in each.values():
            assert measured["requests"] >= 4
            assert measured["server_cpu_ms"] > 0
    sizes = {name: found["workloads"]["W1"][name]["response_bytes"] for name in (SERVER, BYTES)}
    assert sizes[SERVER] == sizes[BYTES] > 10_000
    assert [verdict["what"] for verdict in found["verdicts"]] == [
        "W1 requests/s against (a)",
        "W1 server CPU against (d)",
        "W1 requests/s against (c)",
        "W6 requests/s against (b)",
        "cold W1 document, ms",
    ]
    assert "targets" in done.stdout


def test_an_unknown_workload_is_named(server_url: str, tmp_path: Path) -> None:
    done = bench("reads", "W99", directory=tmp_path, server_url=server_url)
    assert done.returncode == 1
    assert done.stderr == (
        "xinfeng: there is no workload W99: choose from W1 W1p W2 W3 W4 W5 W5m W6 W7 2P\n"
    )


def test_documents_are_compiled_by_size(server_url: str, tmp_path: Path) -> None:
    done = bench("compile", "--samples", "1", "--json", directory=tmp_path, server_url=server_url)
    told = json.loads(done.stdout)
    rows = told["documents"]
    assert [row["document"] for row in rows][:3] == [
        "feed (W1)",
        "article (W2)",
        "dashboard (W5)",
    ]
    feeds = {row["document"]: row["fields"] for row in rows[3:]}
    assert feeds == {
        "1 feed of 5": 19,
        "2 feeds of 5": 38,
        "4 feeds of 5": 76,
        "8 feeds of 5": 152,
        "16 feeds of 5": 304,
    }
    assert all(row["known_ms"] < row["cold_ms"] for row in rows)
    spent = [row["cpu_ms"] for row in told["worst"]]
    assert told["allowed_ms"] == 250
    assert spent == sorted(spent, reverse=True)
    assert {row["document"] for row in told["worst"]} >= {"roots", "aliases", "mutations"}


def test_targets_are_judged_by_ratios() -> None:
    fast = {
        SERVER: PLAIN,
        ALONE: replace(PLAIN, requests_per_second=1_100.0),
        BYTES: replace(PLAIN, requests_per_second=9_000.0),
        STOCK: replace(PLAIN, requests_per_second=100.0, server_cpu_ms=9.3),
        ROUTE: replace(PLAIN, server_cpu_ms=0.25),
    }
    verdicts = {verdict.what: verdict for verdict in judge(Measured({"W1": fast, "W2": fast}, {}))}
    assert verdicts["W1 requests/s against (a)"].measured == pytest.approx(0.909, abs=0.001)
    assert verdicts["W1 requests/s against (a)"].is_met
    assert verdicts["W1 server CPU against (d)"].measured == pytest.approx(1.6)
    assert not verdicts["W1 server CPU against (d)"].is_met
    assert not verdicts["W1 requests/s against (c)"].is_met
    scaled = verdicts["W2 server CPU, ms (0.3 where (c) spends 9.3 on W1)"]
    assert scaled.wanted == pytest.approx(0.3)
    assert (scaled.measured, scaled.is_met) == (0.4, False)


def test_a_run_is_told_per_request() -> None:
    run = {
        "requests": 100,
        "seconds": 2.0,
        "cpu_seconds": {"server": 0.5, "database": 1.0, "load": 0.1},
        "p50_ms": 1.0,
        "p99_ms": 3.0,
        "response_bytes": 10,
    }
    found = figures(run)
    assert (found.requests_per_second, found.server_cpu_ms, found.database_cpu_ms) == (50, 5, 10)
    assert (found.server_busy, found.database_busy) == (0.25, 0.5)
    alone = figures(run, is_its_own_load=True)
    assert (alone.server_cpu_ms, alone.load_cpu_ms) == (1, 0)
    third = replace(found, requests_per_second=400.0)
    assert median([found, third, replace(found, requests_per_second=60.0)]) == replace(
        found, requests_per_second=60.0
    )


def test_a_window_counts_only_what_was_answered_within_it() -> None:
    window = Window(seconds=0.0, warm_up_seconds=0.0, least=2, roots={})
    assert [window.answered(0.0, time.perf_counter()) for _ in range(5)] == [True] * 3 + [False] * 2
    assert window.result()["requests"] == 2
    assert percentiles([0.001, 0.002, 0.003]) == {"p50_ms": 2.0, "p99_ms": 3.0}
    assert percentiles([]) == {"p50_ms": 0.0, "p99_ms": 0.0}


def test_the_recipe_depends_on_nothing_but_the_size() -> None:
    assert steps(50_000) == steps(50_000)
    assert steps(50_000) != steps(1_000)
    assert not any("now()" in step.sql or "random()" in step.sql for step in steps(1_000))
