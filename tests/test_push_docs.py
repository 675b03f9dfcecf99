"""The examples of docs/push.md, run as they stand there against the real server."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.access import SYSTEM, Act
from domain.database import open_database
from domain.engagement.models import Observation
from domain.partners.rules import Platform
from domain.partners.secrets import issue_secret
from domain.secrets import SecretBox
from tests.rows import make_post, make_world
from tests.serving import free_port

ROOT = Path(__file__).parent.parent
KEY = "a-key-for-tests"
EXAMPLES = dict(re.findall(r"```(python|sh)\n(.*?)```", (ROOT / "docs/push.md").read_text(), re.S))
"""By language, the last of each."""


@contextmanager
def server(database_url: str) -> Iterator[str]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "XINFENG_SECRET_KEY": KEY,
        "XINFENG_PORT": str(port),
    }
    process = subprocess.Popen(
        [sys.executable, "cli.py", "serve"], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"{url}/v1/engagement", timeout=2)
        except urllib.error.HTTPError:
            return
        except OSError:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.1)


async def make_partner(database_url: str) -> dict[str, str]:
    async with open_database(database_url):
        world = await make_world(Platform.WECHAT)
        await make_post(world.account_id, external_id="2247484000_1")
        act = Act(SYSTEM, datetime.now(UTC))
        secret = await issue_secret(act, SecretBox((KEY,)), world.partner_id)
        return {"XINFENG_PARTNER": f"Partner:{world.partner_id}", "XINFENG_SECRET": secret}


async def stored(database_url: str) -> list[int]:
    async with open_database(database_url):
        return sorted(row.value for row in await Observation.all())


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    return {**os.environ, **asyncio.run(make_partner(database_url))}


def test_both_examples_push(database_url: str, environment: dict[str, str]) -> None:
    with server(database_url) as url:
        environment["XINFENG_URL"] = url
        python = run([sys.executable, "-c", EXAMPLES["python"]], environment)
        shell = run(["sh", "-eu", "-c", EXAMPLES["sh"]], environment)
    accepted = '{"accepted":1,"duplicates":0,"rejected":[]}'
    assert (python, shell) == (f"200 {accepted}\n", accepted)
    assert asyncio.run(stored(database_url)) == [3200, 3300]


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
