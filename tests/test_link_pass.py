"""The worker's pass over links of articles under review, against a real server: what is dead, what
only is slow, what turns in circles, and what it must not be led into."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

import pytest
from aiohttp import web

import workers.guarded
from domain.access import Act
from domain.problems import Conflict
from domain.reviews.actions import decisions
from domain.reviews.checks.steps import CheckKind
from domain.reviews.models import Review, ReviewFinding
from domain.reviews.rules import ReviewState
from tests.platforms import BOX
from tests.pulling.world import SHANGHAI
from tests.reviewing import make_desk, make_review, stage
from tests.rows import EDITOR, NOW, make_world, refused
from workers.links import check_links
from workers.tools import Tools

OURS, OTHERS = "127.0.0.1", "127.0.0.2"
"""Both answer here; only the first is one that links may lead to."""


@dataclass
class Site:
    port: int = 0
    asked: list[str] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str, host: str = OURS) -> str:
        return f"http://{host}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.url.host}{request.path}")
        name = request.path.strip("/")
        if name == "slow":
            await self.is_over.wait()
        if name == "loop":
            raise web.HTTPFound("/loop")
        if name == "moved":
            raise web.HTTPMovedPermanently("/there")
        if name == "inside":
            raise web.HTTPFound(self.url("/secret", OTHERS))
        return web.Response(status={"gone": 410, "missing": 404, "busy": 503}.get(name, 200))


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    site = Site()
    application = web.Application()
    application.router.add_get("/{name}", site.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    first = web.TCPSite(runner, OURS, 0)
    await first.start()
    site.port = runner.addresses[0][1]
    await web.TCPSite(runner, OTHERS, site.port).start()
    try:
        yield site
    finally:
        site.is_over.set()
        await runner.cleanup()


def tools() -> Tools:
    return Tools(
        session=None,  # type: ignore[arg-type]  # links are asked in a session of their own
        box=BOX,
        zone=SHANGHAI,
        pull_interval_seconds=300,
        platform_urls={},
        adapters={},
        private_networks=(ip_network(f"{OURS}/32"),),
        clock=lambda: NOW,
    )


def reader() -> Act:
    """Not who wrote it."""
    return Act(replace(EDITOR.viewer, number=9, name="另一位"), NOW)


@pytest.mark.usefixtures("database")
async def test_what_links_nowhere_needs_no_worker() -> None:
    desk = await make_desk(await make_world(), stage("初审"), checks=[CheckKind.DEAD_LINK])
    _, review = await make_review(desk, body="<p>没有链接</p>")
    yes = decisions.Decision(approves=True, revision=1, opinion="同意")
    await decisions.decide(reader(), review, yes)
    assert (await Review.get(id=review)).state is ReviewState.PASSED


@pytest.mark.usefixtures("database")
async def test_the_pass_over_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.guarded, "TIMEOUT_SECONDS", 0.5)
    desk = await make_desk(await make_world(), stage("初审"), checks=[CheckKind.DEAD_LINK])
    async with serving() as site:
        names = ["there", "missing", "gone", "busy", "slow", "loop", "moved", "inside"]
        links = {name: site.url(f"/{name}") for name in names}
        links |= {"private": site.url("/there", OTHERS), "nobody": "http://127.0.0.1:1/"}
        links |= {"nowhere": "http://no-such-host.invalid/"}
        blocks = [
            {"id": name, "type": "paragraph", "text": [{"text": "此处", "link": link}]}
            for name, link in links.items()
        ]
        _, review = await make_review(desk, blocks=blocks)
        yes = decisions.Decision(approves=True, revision=1, opinion="同意")
        async with refused(Conflict, "id", code="LINKS_PENDING"):
            await decisions.decide(reader(), review, yes)
        await check_links(tools())
        async with refused(Conflict, "id", code="OPEN_FINDINGS"):
            await decisions.decide(reader(), review, yes)
        found = await ReviewFinding.filter(review_id=review).order_by("id")
        assert {each.block for each in found} == {
            *("missing", "gone", "loop", "inside", "private", "nobody", "nowhere")
        }
        assert {each.block: each.excerpt for each in found} == {
            each.block: links[each.block] for each in found
        }
        assert [each for each in site.asked if each.startswith(OTHERS)] == []
        assert site.asked.count(f"{OURS}/loop") <= 7
        assert (await Review.get(id=review)).links_checked == 1
        before = len(site.asked)
        await check_links(tools())
        assert len(site.asked) == before
