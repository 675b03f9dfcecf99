"""The load: a process of its own, told on standard input what to ask, telling on standard output
what came of it."""

from __future__ import annotations

import json
import os
import selectors
import sys
import time
from typing import Any

from benchmarks.client import Connection, WrongAnswer
from benchmarks.scripts import KINDS, Script
from benchmarks.window import Window


def drive(port: int, connections: int, script: Script, window: Window) -> None:
    """Keeps one request under way on each connection until the window is closed."""
    opened = [Connection(port) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        for number, connection in enumerate(opened):
            selector.register(connection.socket, selectors.EVENT_READ, number)
            connection.ask(script.next(number))
        try:
            _serve(opened, selector, script, window)
        finally:
            for connection in opened:
                connection.close()


def _serve(
    opened: list[Connection], selector: selectors.BaseSelector, script: Script, window: Window
) -> None:
    waiting = len(opened)
    while waiting:
        ready = selector.select(60)
        if not ready:
            raise WrongAnswer("no answer for a minute")
        for key, _ in ready:
            number: int = key.data
            connection = opened[number]
            body = connection.receive()
            if body is None:
                continue
            now = time.perf_counter()
            script.check(number, body, now - connection.sent_at)
            if window.answered(connection.sent_at, now):
                connection.ask(script.next(number))
            else:
                waiting -= 1


def give_way() -> None:
    """On the database's core an answer that comes waits until the statement that runs is done: the
    load is not what is measured. Where the system has no such way, nothing changes."""
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def main(spec: dict[str, Any]) -> dict[str, object]:
    script = KINDS[spec["script"]["kind"]](spec["script"])
    window = Window(**spec["window"])
    drive(spec["port"], spec["connections"], script, window)
    return {**window.result(), **script.result()}


if __name__ == "__main__":
    give_way()
    try:
        print(json.dumps(main(json.load(sys.stdin))))
    except (WrongAnswer, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
