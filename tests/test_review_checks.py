"""What is looked for before a stage passes: each step on texts, then findings in a review."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Act
from domain.articles import actions as articles
from domain.articles.actions.checking import document_of, keep_fingerprints
from domain.articles.models import Article
from domain.problems import Conflict, Invalid
from domain.public_addresses import networks
from domain.reviews.actions import decisions, findings, terms
from domain.reviews.checks.documents import Document, Known, Part, Picture, Term, TermKind, Twin
from domain.reviews.checks.simhash import MOST_DISTANCE, distance, simhash
from domain.reviews.checks.steps import STEPS, CheckKind
from domain.reviews.checks.steps import findings as found_by
from domain.reviews.models import Review, ReviewEntry, ReviewFinding
from domain.reviews.rules import EntryKind, ReviewState
from outgoing.guards import Guard
from tests.outgoing import LOOPBACK
from tests.reviewing import make_desk, make_review, stage
from tests.rows import EDITOR, World, make_world, refused
from workers.guarded import guarded_session
from workers.links import is_dead

LEADER = Term(kind=TermKind.LEADER, word="王大力", suggestion="区委书记")
KNOWN = Known(
    terms=[
        Term(kind=TermKind.SENSITIVE, word="最佳"),
        Term(kind=TermKind.INCORRECT, word="按装", suggestion="安装"),
        LEADER,
    ]
)


def found(check: CheckKind, *texts: str, known: Known = KNOWN) -> list[tuple[str, str]]:
    """Excerpt and suggestion of what is found in a body of these paragraphs."""
    parts = tuple(Part(block=f"b{index}", texts=(text,)) for index, text in enumerate(texts))
    document = Document(parts=(Part(texts=("题目",)), *parts), source="本报")
    return [(each.excerpt, each.suggestion) for each in found_by([check], document, known)]


@pytest.mark.parametrize(
    ("check", "text", "expected"),
    [
        (CheckKind.TERM, "全市最佳", [("最佳", "")]),
        (CheckKind.TERM, "按装路灯", [("按装", "安装")]),
        (CheckKind.TERM, "安装路灯", []),
        (CheckKind.LEADER, "区委书记王大力到会", []),
        (CheckKind.LEADER, "区长王大力到会", [("区长王大力", "区委书记王大力")]),
        (CheckKind.LEADER, "王大力到会", [("王大力", "区委书记王大力")]),
        (CheckKind.LEADER, "区委书记王大利到会", [("区委书记王大利", "区委书记王大力")]),
        (CheckKind.LEADER, "区委书记李四光到会", []),
        (CheckKind.TYPOGRAPHY, "今天,他来了", [("今天,他来了", "，")]),
        (CheckKind.TYPOGRAPHY, "今天，他来了。", []),
        (CheckKind.TYPOGRAPHY, "共3.5公里，见example.org。", []),
        (CheckKind.TYPOGRAPHY, "志愿 服务", [("志愿 服务", "愿服")]),
        (CheckKind.TYPOGRAPHY, "来了。。", [("来了。。", "。")]),
        (CheckKind.TYPOGRAPHY, "等等……", []),
        (CheckKind.TYPOGRAPHY, "共３人", [("共３人", "3")]),
        (CheckKind.TYPOGRAPHY, "用 App办事", [("题目 用 App办事", "")]),
        (CheckKind.TYPOGRAPHY, "A, B (C)", []),
    ],
)
def test_what_a_text_shows(check: CheckKind, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(check, text) == expected


def test_only_the_first_mention_needs_the_title() -> None:
    assert found(CheckKind.LEADER, "区委书记王大力到会", "王大力说") == []
    assert len(found(CheckKind.LEADER, "王大力到会", "区委书记王大力说")) == 1


def test_what_a_picture_and_a_source_lack() -> None:
    pictures = (Picture("Media:1", " "), Picture("Media:2", "合影"))
    document = Document(parts=(Part(texts=("题",)), Part(block="b7", pictures=pictures)))
    told = found_by(CheckKind, document, Known())
    assert [(each.check.value, each.block, each.excerpt) for each in told] == [
        ("MISSING_ALT", "b7", "Media:1"),
        ("UNSET_SOURCE", "", ""),
    ]


def test_only_what_is_wanted_is_looked_for() -> None:
    document = Document(parts=(Part(texts=("最佳,",)),))
    assert found_by([], document, KNOWN) == []
    assert [step.check for step in STEPS] == [
        kind for kind in CheckKind if kind is not CheckKind.DEAD_LINK
    ]


def test_what_a_body_says_by_block() -> None:
    spans = [{"text": "看"}, {"text": "这里", "link": "https://example.org/a"}]
    blocks = [
        {"type": "paragraph", "id": "b1", "text": spans},
        {"type": "image", "id": "b2", "media": "Media:3", "alt": "合影", "caption": "图"},
        {"type": "list", "id": "b3", "items": [{"text": [{"text": "一"}]}]},
    ]
    said: dict[str, Any] = {"title": "题", "subtitle": "", "summary": "", "source": ""}
    said |= {"source_url": "", "blocks": blocks}
    document = document_of(said)
    assert document.parts[1:] == (
        Part(block="b1", texts=("看这里",), links=("https://example.org/a",)),
        Part(block="b2", texts=("图",), pictures=(Picture("Media:3", "合影"),)),
        Part(block="b3", texts=("一",)),
    )


STORY = (
    "初冬的清晨，示例区文明实践中心的志愿者早早来到社区，为行动不便的老人送去棉衣和热粥。"
    "他们挨家挨户查看取暖设备，登记需要帮助的家庭，并约定每周三上门。居民说，这样的日子心里暖和。"
    "活动已经办了三年，先后有四百多人参加，今年还请来医生为老人量血压、讲冬季保健的常识。"
)


def test_nearly_equal_texts_have_nearly_the_same_hash() -> None:
    own, same = simhash(STORY), simhash(STORY.replace("，", ",").replace("四百多", "四百余"))
    other = simhash("区里召开会议，部署岁末年初的安全生产工作，要求各单位逐一排查隐患。" * 4)
    assert own is not None
    assert same is not None
    assert other is not None
    assert distance(own, same) <= MOST_DISTANCE < distance(own, other)
    assert simhash("太短了") is None


@given(st.text(min_size=80, max_size=400))
def test_a_hash_fits_the_column_and_is_the_same_each_time(text: str) -> None:
    one = simhash(text)
    assert one == simhash(text)
    assert one is None or -(2**63) <= one < 2**63


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(database: str) -> World:
    checks = [kind for kind in CheckKind if kind is not CheckKind.UNSET_SOURCE]
    return await make_desk(await make_world(), stage("初审"), stage("复审"), checks=checks)


def by(number: int) -> Act:
    return replace(EDITOR, viewer=replace(EDITOR.viewer, number=number))


YES = decisions.Decision(approves=True, revision=1, opinion="同意")


async def test_a_stage_does_not_pass_with_open_findings(desk: World) -> None:
    await terms.add(
        EDITOR,
        terms.NewTerm(
            kind=TermKind.INCORRECT,
            word="按装",
            suggestion="安装",
            organization_id=desk.organization_id,
        ),
    )
    body = "<p>按装路灯,已完成</p>"
    article, number = await make_review(desk, by(5), body=body)
    rows = await ReviewFinding.filter(review_id=number).order_by("id")
    assert [(row.check_kind.value, row.excerpt, row.suggestion) for row in rows] == [
        ("TERM", "按装", "安装"),
        ("TYPOGRAPHY", "按装路灯,已完成", "，"),
    ]
    async with refused(Conflict, "id", code="OPEN_FINDINGS"):
        await decisions.decide(by(6), number, YES)
    ids = [row.id for row in rows]
    async with refused(Invalid, "reason", code="EMPTY"):
        await findings.override(by(6), ids, " ")
    async with refused(Conflict, "id", code="WROTE_IT"):
        await findings.override(by(5), ids, "引文如此")
    assert await findings.override(by(6), ids[:1], "引文如此") == number
    async with refused(Conflict, "ids", code="WRONG_STATUS"):
        await findings.override(by(6), ids[:1], "再来")
    async with refused(Conflict, "id", code="OPEN_FINDINGS"):
        await decisions.decide(by(6), number, YES)
    changes = articles.ArticleChanges(body="<p>按装路灯，已完成</p>")
    await articles.update(by(5), article, 1, changes)
    (left,) = await ReviewFinding.filter(review_id=number, revision=2)
    assert (left.excerpt, left.reason, left.overridden_by) == ("按装", "引文如此", "editor")
    await decisions.decide(by(6), number, replace(YES, revision=2))
    assert (await Review.get(id=number)).stage == 1
    entry = await ReviewEntry.get(review_id=number, kind=EntryKind.OVERRIDDEN)
    assert (entry.opinion, entry.stage, entry.revision) == ("引文如此", 0, 1)
    told = "“按装” is on the list of incorrect terms 按装"
    assert entry.remarks == [{"block": left.block, "text": told}]


async def test_sending_back_needs_no_clean_text(desk: World) -> None:
    _, number = await make_review(desk, by(5), body="<p>来了,又走</p>")
    no = decisions.Decision(approves=False, revision=1, opinion="标点")
    await decisions.decide(by(6), number, no)
    assert (await Review.get(id=number)).state is ReviewState.RETURNED


async def test_what_says_nearly_the_same_as_something_public_is_found(desk: World) -> None:
    world = replace(desk, organization_id=(await make_world()).organization_id)
    new = articles.NewArticle(
        title="送暖",
        body=f"<p>{STORY}</p>",
        author_id=world.person_id,
        organization_id=world.organization_id,
    )
    public = await articles.create(EDITOR, new)
    await articles.publish(EDITOR, public, 1)
    assert await keep_fingerprints() == 1
    assert await keep_fingerprints() == 0
    twin = STORY.replace("四百多", "四百余")
    _, number = await make_review(desk, by(5), body=f"<p>{twin}</p>")
    (found_,) = await ReviewFinding.filter(review_id=number)
    assert (found_.check_kind, found_.excerpt) == (CheckKind.DUPLICATE, "送暖")
    assert found_.message == f"Article:{public} says nearly the same and is public"
    await articles.withdraw(EDITOR, public, (await Article.get(id=public)).version)
    _, other = await make_review(desk, by(5), body=f"<p>{twin}</p>")
    assert await ReviewFinding.filter(review_id=other).count() == 0


def test_twins_are_told_by_id_and_title() -> None:
    known = Known(twins=[Twin("Article:3", "送暖", 2)])
    assert found(CheckKind.DUPLICATE, "文", known=known) == [("送暖", "")]


@asynccontextmanager
async def server(asked: list[str] | None = None) -> AsyncIterator[str]:
    """asked: is told every path that was asked for."""
    told = [] if asked is None else asked

    async def answer(request: web.Request) -> web.Response:
        told.append(request.path)
        status = int(request.match_info["status"])
        to = {"location": "/200"} if status == 302 else {}
        return web.Response(status=status, headers=to)

    application = web.Application()
    application.router.add_get("/{status}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_which_links_are_dead() -> None:
    async with server() as url, guarded_session(LOOPBACK) as session:
        told = {
            path: await is_dead(session, f"{url}/{path}") for path in (200, 302, 403, 404, 410, 500)
        }
    assert [path for path, dead in told.items() if dead] == [404, 410]


async def test_a_link_into_a_private_network_is_dead_and_not_asked() -> None:
    asked: list[str] = []
    async with server(asked) as url, guarded_session(Guard(networks(()))) as session:
        assert await is_dead(session, f"{url}/200")
    assert asked == []
