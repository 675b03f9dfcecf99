"""The log lines of real processes: JSON, each with its request or its job, and a request's id in
whatever it causes: a worker's lines, and the messages it sends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.articles.models import Article
from domain.partners.secrets import issue_secret
from domain.tokens import actions as tokens
from tests.newsrooms import PUBLISH, Line, Newsroom, open_newsroom
from tests.platforms import BOX
from tests.pushes import Sender, batch, headers, item
from tests.rows import EDITOR, make_article, make_post, make_world
from tests.serving import ROOT


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def newsroom(database_url: str, tmp_path_factory: Any) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database_url, tmp_path_factory.mktemp("logs")) as opened:
        yield opened


async def test_a_mutation_s_id_follows_it_out_of_the_house(newsroom: Newsroom) -> None:
    article_id = await make_article(await make_world())
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    variables = {"input": {"id": f"Article:{article_id}", "version": 1}}
    body = json.dumps({"query": PUBLISH, "variables": variables}).encode()
    given = {
        "content-type": "application/json",
        "authorization": f"Bearer {token}",
        "x-request-id": "publish-1",
    }
    request_id, answer = await newsroom.post("/graphql", body, given)
    assert (request_id, answer["data"]["publishArticle"]["__typename"]) == (
        "publish-1",
        "ArticlePayload",
    )
    slow = await newsroom.api.said("slow operation", request_id="publish-1")
    assert (slow["level"], slow["operation"]) == ("warning", None)
    sent = await newsroom.worker.said("webhook_sent", request_id="publish-1")
    assert (sent["task"], sent["status"]) == ("webhooks", 204)
    assert sent["job_id"] > 0
    assert (await newsroom.receives("publish-1"))["webhook-id"] == f"msg_{sent['message']}"


async def test_a_push_s_id_follows_into_the_roll_up(newsroom: Newsroom) -> None:
    world = await make_world()
    act = Act(SYSTEM, datetime.now(UTC))
    secret = await issue_secret(act, BOX, world.partner_id)
    post_id = await make_post(world.account_id)
    sender = Sender(world.partner_id, world.account_id, secret, (post_id, post_id))
    now = datetime.now(UTC).isoformat()
    body = batch(item(post_id, 5, observedAt=now), item(post_id, -1, observedAt=now))
    given = {**headers(sender, body), "x-request-id": "push-1"}
    request_id, answer = await newsroom.post(
        f"/v1/engagement?partner=Partner:{world.partner_id}", body, given
    )
    assert (request_id, answer["accepted"], len(answer["rejected"])) == ("push-1", 1, 1)
    deadline = time.monotonic() + 30
    while not (found := _with(newsroom.worker.lines(), "rolled_up", "push-1")):
        assert time.monotonic() < deadline, newsroom.worker.lines()
        await asyncio.sleep(0.05)
    (rolled_up,) = found
    assert (rolled_up["task"], rolled_up["deliveries"]) == ("roll_up", 1)
    assert rolled_up["request_ids"] == ["push-1"]
    assert rolled_up["job_id"] > 0
    await newsroom.worker.said("webhook_sent", request_id="push-1")
    await newsroom.receives("push-1")


def _with(lines: list[Line], event: str, request_id: str) -> list[Line]:
    return [line for line in lines if line["event"] == event and request_id in line["request_ids"]]


async def test_a_plan_s_id_is_told_when_its_time_comes(newsroom: Newsroom) -> None:
    """By a real worker, seconds after the time that was planned."""
    article_id = await make_article(await make_world())
    _, token = await tokens.create(EDITOR, "plans", Role.ADMINISTRATOR, None)
    at = datetime.now(UTC) + timedelta(seconds=1)
    given = {"articleId": f"Article:{article_id}", "step": "PUBLISH", "at": at.isoformat()}
    query = """mutation($input: PlanPublicationInput!) { planPublication(input: $input) {
        ... on PublicationPlanPayload { plan { id } } } }"""
    body = json.dumps({"query": query, "variables": {"input": given}}).encode()
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {token}",
        "x-request-id": "plan-1",
    }
    await newsroom.post("/graphql", body, headers)
    done = await newsroom.worker.said("plan_carried_out", request_id="plan-1")
    assert (done["task"], done["state"], done["article_id"]) == ("publish", "DONE", article_id)
    article = await Article.get(id=article_id)
    assert article.published_at is not None
    assert timedelta(0) <= article.published_at - at < timedelta(seconds=8)
    assert (await newsroom.receives("plan-1"))["webhook-id"]


async def test_ids_of_requests_at_once_do_not_mix(newsroom: Newsroom) -> None:
    """Each is logged under its own; one that is no plain id is replaced."""
    given = {"content-type": "application/json", "cache-control": "no-cache"}

    async def ask(number: int) -> None:
        body = json.dumps({"query": f"query N{number} {{ network {{ id }} }}"}).encode()
        told, _ = await newsroom.post("/graphql", body, {**given, "x-request-id": f"n-{number}"})
        assert told == f"n-{number}"

    await asyncio.gather(*(ask(number) for number in range(20)))
    for number in range(20):
        line = await newsroom.api.said("slow operation", operation=f"N{number}")
        assert line["request_id"] == f"n-{number}"
    body = json.dumps({"query": "query Odd { network { id } }"}).encode()
    told, _ = await newsroom.post("/graphql", body, {**given, "x-request-id": 'a" b'})
    assert told != 'a" b'
    assert (await newsroom.api.said("slow operation", operation="Odd"))["request_id"] == told


async def test_every_line_says_what_and_when(newsroom: Newsroom) -> None:
    for log in (newsroom.api, newsroom.worker):
        texts = log.log.read_text().splitlines()
        lines = [line for line in texts if not line.startswith("xinfeng: ")]
        assert len(lines) > 0
        for line in map(json.loads, lines):
            assert line["level"] in ("info", "warning")
            assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None
    started = await newsroom.worker.said("worker_started")
    assert "job_id" not in started


def test_text_for_people() -> None:
    """The same, without braces."""
    code = (
        "import structlog; from commands.logs import configure; from settings import Settings;"
        "configure(Settings(log_format='text'));"
        "structlog.contextvars.bind_contextvars(request_id='r-1');"
        "structlog.get_logger().info('pulled', account_id=7)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    for part in ("info", "pulled", "account_id=7", "request_id=r-1"):
        assert part in line
    assert "{" not in line
