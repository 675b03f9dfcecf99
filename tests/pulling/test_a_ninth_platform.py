"""What a ninth platform takes: the adapter below, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest_asyncio
from aiohttp import web

from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule, CounterValue
from tests.platforms import make_account, make_post
from tests.pulling.world import INTERVAL, Clock, account_state, sql, values_of
from workers.platforms.protocol import (
    Adapter,
    Answer,
    AskedPost,
    Asking,
    PulledAccount,
    Reading,
    Request,
)
from workers.platforms.reading import counter, failure_of_status, json_of, object_of
from workers.pulling import Ended, pull
from workers.tools import Tools


class Kuaishou(Adapter):
    """A platform that tells the plays of one video, as {"plays": 5}."""

    platform = Platform.KUAISHOU

    def budget(self, account: PulledAccount) -> BudgetRule:
        return BudgetRule(f"kuaishou:account:{account.id}", 1000)

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        headers = {"Authorization": f"Bearer {account.token}"}
        url = f"{account.base_url}/videos/{posts[0].external_id}"
        return Request("GET", url, headers=headers)

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        failure = failure_of_status(answer)
        if failure is not None:
            raise failure
        plays = counter(object_of(json_of(answer)).get("plays"))
        if plays is None:
            return Reading(unreadable=1)
        name = posts[0].external_id
        return Reading((CounterValue(name, Metric.READS, plays, "kuaishou.plays"),))


class Videos:
    """The platform: what it was asked, and how it answers."""

    def __init__(self) -> None:
        self.plays = {"a": 5, "b": 7}
        self.fails = False
        self.asked: list[tuple[str, str]] = []

    async def show(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked.append((name, request.headers["Authorization"]))
        if self.fails:
            return web.Response(status=429, headers={"Retry-After": "120"})
        return web.json_response({"plays": self.plays[name]})


@pytest_asyncio.fixture(loop_scope="module")
async def videos() -> AsyncIterator[tuple[Videos, str]]:
    platform, app = Videos(), web.Application()
    app.router.add_get("/videos/{name}", platform.show)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (address,) = runner.addresses
    yield platform, f"http://127.0.0.1:{address[1]}"
    await runner.cleanup()


async def test_its_posts_are_pulled_and_its_failures_are_heeded(
    tools: Tools, partner_id: int, clock: Clock, videos: tuple[Videos, str]
) -> None:
    platform, url = videos
    ninth = replace(tools, adapters={Platform.KUAISHOU: Kuaishou()})
    account_id = await make_account(
        partner_id,
        "ninth",
        clock(),
        platform=Platform.KUAISHOU,
        token="key-of-a-ninth",
        base_url=url,
    )
    posted_at = clock() - timedelta(hours=1)
    posts = {name: await make_post(account_id, name, posted_at) for name in platform.plays}

    pulled = await pull(ninth, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 2, 2)
    assert [await values_of(posts[name]) for name in "ab"] == [{"READS": 5}, {"READS": 7}]
    assert platform.asked == [(name, "Bearer key-of-a-ninth") for name in "ba"]
    kept = await sql("SELECT request FROM raw_answer WHERE account_id = $1", account_id)
    assert "key-of-a-ninth" not in repr(kept)

    clock.turn(INTERVAL)
    platform.fails = True
    assert (await pull(ninth, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["paused_until"] == clock() + timedelta(seconds=120)
    assert await values_of(posts["a"]) == {"READS": 5}
