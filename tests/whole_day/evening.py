"""Evening: a correction, a withdrawal, and the books."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from pypdf import PdfReader

from tests.whole_day.centre import Centre, command
from tests.whole_day.publishing import everybody_finds_it, nobody_finds_it
from tests.whole_day.reviewing import REVIEW, all_three_again
from tests.whole_day.writing import ARTICLE

NOTICE = "参加的志愿者为八十名"
RECALLED = """{ distributions(first: 10, orderBy: LATEST) { nodes {
    account { platform } state isRecalled reason } } }"""


async def it_is_corrected(centre: Centre) -> None:
    """The correction is reviewed like everything, and then stands there for everybody to see."""
    id_ = centre.known["article"]
    version = await _version(centre)
    title = "八十名志愿者为老街安装路灯"
    changes = {"id": id_, "version": version, "title": title, "correction": NOTICE}
    changes |= {"source": "区融媒体中心"}
    await centre.refused("stranger", "updateArticle", "FORBIDDEN", **changes)
    edited = (await centre.do("wang", "updateArticle", ARTICLE, **changes))["article"]
    version, revision = edited["version"], edited["draft"]["number"]
    assert NOTICE not in (await centre.get("visitor", centre.known["page"]))[1]
    await centre.refused("zhou", "publishArticle", "NOT_REVIEWED", id=id_, version=version)
    begun = await centre.do("wang", "submitForReview", REVIEW, id=id_, version=version)
    centre.known["review"] = begun["review"]["id"]
    await all_three_again(centre, revision)
    await centre.refused("zhou", "publishArticle", "STALE_VERSION", id=id_, version=version - 1)
    await centre.do("zhou", "publishArticle", ARTICLE, id=id_, version=version)
    await centre.refused("zhou", "publishArticle", "WRONG_STATUS", id=id_, version=version + 1)
    centre.known["title"] = title
    await everybody_finds_it(centre)
    assert NOTICE in (await centre.get("visitor", centre.known["page"]))[1]


async def it_is_taken_back(centre: Centre) -> None:
    """From every place; and whoever carries it is told."""
    id_, version = centre.known["article"], await _version(centre)
    await centre.refused("wang", "withdrawArticle", "FORBIDDEN", id=id_, version=version)
    await centre.refused("stranger", "withdrawArticle", "FORBIDDEN", id=id_, version=version)
    await centre.refused("zhou", "withdrawArticle", "STALE_VERSION", id=id_, version=version - 1)
    gone = (await centre.do("zhou", "withdrawArticle", ARTICLE, id=id_, version=version))["article"]
    assert gone["status"] == "WITHDRAWN"
    again = {"id": id_, "version": gone["version"]}
    await centre.refused("zhou", "withdrawArticle", "WRONG_STATUS", **again)
    await nobody_finds_it(centre)
    assert (await centre.get("visitor", centre.known["page"]))[0] == 404
    await _partners_are_told(centre)


async def _partners_are_told(centre: Centre) -> None:
    told = await centre.ask("partner", RECALLED)
    seen = {node["account"]["platform"]: node for node in told["distributions"]["nodes"]}
    assert {name: (node["state"], node["isRecalled"]) for name, node in seen.items()} == {
        "MASTODON": ("ACCEPTED", True),
        "WEIBO": ("ACCEPTED", True),
        "DOUYIN": ("REFUSED", False),
        "ZHIHU": ("CANCELLED", False),
    }
    assert seen["ZHIHU"]["reason"] == "the article was withdrawn"
    late = {"id": centre.known["unanswered"], "version": 2, "externalId": "1"}
    await centre.refused("partner", "acceptDistribution", "WRONG_STATUS", **late)
    id_ = centre.known["article"]
    to = {"id": id_, "accountIds": ["Account:4"]}
    await centre.refused("zhou", "distributeArticle", "WRONG_STATUS", **to)


ACTS = """query($subject: ID!) { auditEntries(first: 50, orderBy: OLDEST, filter: {
    subject: $subject }) { nodes { action actorId } } }"""


async def the_books_are_right(centre: Centre) -> None:
    """Every act has its entry, in order; nothing was altered; totals follow from what was seen."""
    wang, li, zhao, zhou = (
        centre.known[f"{who}'s account"] for who in ("wang", "li", "zhao", "zhou")
    )
    assert await _acts(centre, centre.known["article"]) == [
        ("article.create", wang),
        ("article.submit_for_review", wang),
        ("article.update", wang),
        ("article.submit_for_review", wang),
        ("article.update", wang),
        ("article.publish", zhou),
        ("article.update", wang),
        ("article.submit_for_review", wang),
        ("article.publish", zhou),
        ("article.withdraw", zhou),
    ]
    assert await _acts(centre, centre.known["first review"]) == [
        ("review.override", li),
        ("review.reject", li),
        ("review.claim", li),
        *(("review.approve", who) for who in (li, li, zhao, zhao)),
        *(("review.invite", zhou), ("review.invite", zhou)),
        *(("review.approve", who) for who in ("", zhou)),
    ]
    audited, counted = await asyncio.gather(
        command(centre.database_url, "audit", "verify"),
        command(centre.database_url, "engagement", "verify"),
    )
    assert audited[0] == 0, audited[1]
    assert counted[0] == 0, counted[1]
    await _the_record_prints(centre)


async def _the_record_prints(centre: Centre) -> None:
    path = f"/articles/{centre.known['article'].split(':')[1]}/record"
    for who in ("visitor", "stranger", "partner"):
        assert (await centre.get(who, path))[0] == 404
    status, page = await centre.get("zhou", path)
    assert status == 200
    told = page.partition("<tbody>")[2]
    said = ("三处须改", "[p1] “按装”应为“安装”", "孙顾问", "同意刊发", NOTICE, "撤稿")
    at = [told.index(each) for each in said]
    assert at == sorted(at)
    async with centre.people["zhou"].get(f"{path}.pdf") as answer:
        printed = PdfReader(io.BytesIO(await answer.read())).pages
    text = "".join("".join(page.extract_text().split()) for page in printed)
    assert [each for each in said if "".join(each.split()) not in text] == []


async def _acts(centre: Centre, subject: str) -> list[tuple[str, str]]:
    nodes: list[Any] = (await centre.ask("operator", ACTS, subject=subject))["auditEntries"][
        "nodes"
    ]
    return [(node["action"], node["actorId"]) for node in nodes]


async def _version(centre: Centre) -> int:
    query = "query($id: ID!) { article(id: $id) { version } }"
    told = await centre.ask("zhou", query, id=centre.known["article"])
    return int(told["article"]["version"])
