"""Hostile and ordinary visitors at one server: what is seen, and what is made of it."""

from __future__ import annotations

import json
import math
from collections import Counter

import pytest

import cli
from benchmarks.soak.hostile import ATTACKS
from benchmarks.soak.judging import Seen, judge
from benchmarks.soak.ordinary import VISITS
from tests.graph import KEY


def seen(**given: object) -> Seen:
    usual = {
        "ordinary": Counter({("feed", "200"): 990, ("feed", "503"): 10}),
        "hostile": Counter({("bombs", "413"): 5, ("bombs", "closed"): 5}),
        "resident": [100, 150, 200, 200, 200, 200, 210, 200],
        "health": [0.01, 0.5],
    }
    return Seen(**{**usual, **given})  # type: ignore[arg-type]  # each test gives what fits


def failed(seen: Seen) -> list[str]:
    return [verdict.what for verdict in judge(seen) if not verdict.is_met]


def test_a_server_that_stood_it() -> None:
    assert failed(seen()) == []


@pytest.mark.parametrize("outcome", ["500", "504", "400", "closed", "no answer"])
def test_an_ordinary_visit_is_answered(outcome: str) -> None:
    outcomes = Counter({("feed", "200"): 999, ("feed", outcome): 1})
    assert failed(seen(ordinary=outcomes)) == ["ordinary visits in error"]


def test_few_ordinary_visits_are_told_to_come_later() -> None:
    outcomes = Counter({("feed", "200"): 900, ("feed", "503"): 50, ("article", "429"): 50})
    assert failed(seen(ordinary=outcomes)) == ["ordinary visits told to come later"]


@pytest.mark.parametrize("outcome", ["500", "504", "no answer"])
def test_hostile_visits_may_be_refused_and_may_not_make_it_fail(outcome: str) -> None:
    outcomes = Counter({("bombs", "413"): 99, ("bombs", outcome): 1})
    assert failed(seen(hostile=outcomes)) == ["hostile visits that made it fail"]


@pytest.mark.parametrize("seconds", [2.1, math.inf])
def test_health_is_told_meanwhile(seconds: float) -> None:
    assert failed(seen(health=[0.1, seconds])) == ["longest wait for /livez, s"]


def test_memory_that_grows_after_warming_up() -> None:
    grows = [100, 100, 200, 200, 210, 220, 230, 240]
    assert failed(seen(resident=grows)) == ["memory at the end against before"]


@pytest.mark.slow
def test_a_short_soak(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("XINFENG_SECRET_KEY", KEY)
    assert cli.run(["bench", "soak", "--minutes", "1", "--seed", "7", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["ordinary"]) == set(VISITS)
    assert set(told["hostile"]) == set(ATTACKS)
    assert all(set(outcomes) <= {"200", "304"} for outcomes in told["ordinary"].values())
