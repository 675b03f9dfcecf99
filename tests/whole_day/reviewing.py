"""Noon: 三审三校, by 李, 赵 and 周, with a guest; and every step that nobody may take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.connection import get_connection

from tests.rows import contents
from tests.whole_day.centre import KEPT, Centre
from tests.whole_day.writing import ARTICLE

REVIEW = "{ review { id version state stageTitle revision } }"
LINK = "{ review { version } link }"
FINDINGS = """query($id: ID!) { review(id: $id) { findings(first: 20) { nodes {
    id revision check block excerpt overriddenAt } } } }"""


async def wang_submits(centre: Centre) -> None:
    """Nothing goes public before; whose turn it is not, decides nothing."""
    id_ = centre.known["article"]
    seen = {"id": id_, "version": 1}
    await centre.refused("zhou", "publishArticle", "NOT_REVIEWED", **seen)
    await centre.refused("wang", "publishArticle", "FORBIDDEN", **seen)
    await centre.refused("zhou", "publishUrgently", "NOT_URGENT", **seen, reason="急")
    await centre.refused("stranger", "submitForReview", "NOT_FOUND", **seen)
    await centre.refused("visitor", "submitForReview", "FORBIDDEN", **seen)
    await centre.refused("wang", "submitForReview", "STALE_VERSION", id=id_, version=2)
    begun = (await centre.do("wang", "submitForReview", REVIEW, **seen, reason="请审"))["review"]
    assert (begun["state"], begun["stageTitle"]) == ("RUNNING", "初审（责任编辑）")
    centre.known |= {"review": begun["id"], "first review": begun["id"]}
    await centre.waits(lambda: _links_were_asked(begun["id"], 1))
    await centre.refused("wang", "submitForReview", "WRONG_STATUS", **seen)
    yes = _decision(begun["id"], 1)
    await centre.refused("wang", "decideReview", "FORBIDDEN", **yes)
    await centre.refused("visitor", "decideReview", "FORBIDDEN", **yes)
    await centre.refused("stranger", "decideReview", "NOT_FOUND", **yes)


async def who_wrote_does_not_review(centre: Centre) -> None:
    """李 saved the market's article too, so that 李 is no reviewer of it."""
    seen = {"id": centre.known["market"], "version": 3}
    begun = (await centre.do("wang", "submitForReview", REVIEW, **seen))["review"]
    await centre.waits(lambda: _links_were_asked(begun["id"], 3))
    await centre.refused("li", "decideReview", "WROTE_IT", **_decision(begun["id"], 3))
    given = {"id": begun["id"], "version": begun["version"]}
    await centre.refused("li", "claimReview", "WROTE_IT", **given)
    await centre.refused("zhao", "withdrawReview", "FORBIDDEN", **given)
    over = await centre.do("wang", "withdrawReview", REVIEW, **given, reason="再改改")
    assert over["review"]["state"] == "WITHDRAWN"


async def li_sends_it_back(centre: Centre) -> None:
    """With reasons, each at its block: what the checks found cannot stand without one."""
    id_ = centre.known["review"]
    found = await _open_findings(centre, 1)
    assert {(each["check"], each["block"]) for each in found} == {
        ("UNSET_SOURCE", ""),
        ("TERM", ""),
        ("TERM", "p1"),
        ("MISSING_ALT", "i2"),
        ("DEAD_LINK", "p2"),
    }
    yes = _decision(id_, 1)
    await centre.refused("li", "decideReview", "OPEN_FINDINGS", **yes)
    await centre.refused("li", "decideReview", "STALE_REVISION", **{**yes, "revision": 2})
    await centre.refused("li", "decideReview", "EMPTY", **{**yes, "opinion": " "})
    source = [each["id"] for each in found if each["check"] == "UNSET_SOURCE"]
    await centre.refused("li", "overrideFindings", "EMPTY", ids=source, reason=" ")
    await centre.refused("wang", "overrideFindings", "FORBIDDEN", ids=source, reason="自采")
    await centre.do("li", "overrideFindings", REVIEW, ids=source, reason="本台自采")
    await centre.refused("li", "overrideFindings", "WRONG_STATUS", ids=source, reason="本台自采")
    await centre.refused("li", "decideReview", "OPEN_FINDINGS", **yes)
    no = {"id": id_, "approves": False, "revision": 1, "opinion": "三处须改"}
    nowhere = [{"block": "p9", "text": "无此段"}]
    await centre.refused("li", "decideReview", "UNKNOWN_BLOCK", **no, remarks=nowhere)
    await centre.refused("li", "decideReview", "EMPTY", **{**no, "opinion": ""})
    remarks = [
        {"block": "p1", "text": "“按装”应为“安装”"},
        {"block": "p2", "text": "链接打不开"},
        {"block": "i2", "text": "图片没有说明"},
    ]
    back = await centre.do("li", "decideReview", REVIEW, **no, remarks=remarks)
    assert back["review"]["state"] == "RETURNED"
    seen = {"id": centre.known["article"], "version": 1}
    await centre.refused("zhou", "publishArticle", "NOT_REVIEWED", **seen)


async def wang_revises(centre: Centre) -> None:
    id_ = centre.known["article"]
    lamp, garden = centre.known["lamp"], centre.known["garden"]
    blocks: list[dict[str, Any]] = [
        {
            **{"id": "p1", "type": "paragraph"},
            "text": [{"text": "一百名志愿者今天走进老街，为居民安装路灯。"}],
        },
        {"id": "i1", "type": "image", "media": garden},
        {"id": "i2", "type": "image", "media": lamp, "alt": "志愿者在梯子上安装路灯"},
    ]
    changes = {"title": "志愿者为老街安装路灯", "blocks": blocks, "reason": "按初审意见修改"}
    await centre.do("wang", "updateArticle", ARTICLE, id=id_, version=1, **changes)
    again = await centre.do("wang", "submitForReview", REVIEW, id=id_, version=2)
    assert again["review"] | {"version": 0} == {
        **{"id": centre.known["review"], "version": 0, "state": "RUNNING"},
        **{"stageTitle": "初审（责任编辑）", "revision": 2},
    }
    await centre.waits(lambda: _links_were_asked(centre.known["review"], 2))
    assert await _open_findings(centre, 2) == []


async def three_read_it(centre: Centre) -> None:
    """Nobody in two stages, not by a role that was handed on either."""
    id_ = centre.known["review"]
    yes = _decision(id_, 2)
    claimed = (await centre.do("li", "claimReview", REVIEW, **await _seen(centre)))["review"]
    await centre.refused("zhao", "decideReview", "CLAIMED", **yes)
    given = {"id": id_, "version": claimed["version"]}
    await centre.refused("zhao", "claimReview", "CLAIMED", **given)
    await centre.refused("zhao", "releaseReview", "NOT_CLAIMED", **given)
    await centre.refused("zhao", "claimReview", "STALE_VERSION", **{**given, "version": 1})
    assert await _approved(centre, "li", 2) == ("RUNNING", "一校")
    assert await _approved(centre, "li", 2) == ("RUNNING", "复审（部门主任）")
    await centre.refused("li", "decideReview", "FORBIDDEN", **yes)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    handed = {
        "grantId": centre.known["zhao's role"],
        "holderId": centre.known["li's account"],
        "endsAt": tomorrow,
    }
    delegated = (await centre.do("zhao", "delegateRole", "{ grant { id } }", **handed))["grant"]
    await centre.refused("li", "decideReview", "ACTED_BEFORE", **yes)
    await centre.do("zhao", "endRole", "{ grant { id } }", id=delegated["id"])
    assert await _approved(centre, "zhao", 2) == ("RUNNING", "二校")
    assert await _approved(centre, "zhao", 2) == ("RUNNING", "终审（总编辑）")
    await centre.refused("zhao", "decideReview", "FORBIDDEN", **yes)


async def a_guest_reads_last(centre: Centre) -> None:
    """周 asks somebody without an account for the final review, and proofreads it."""
    id_ = centre.known["review"]
    seen = await _seen(centre)
    asked = {"name": "孙顾问", "hours": 1}
    await centre.refused("zhao", "inviteReviewer", "FORBIDDEN", **seen, **asked)
    late = (await centre.do("zhou", "inviteReviewer", LINK, **seen, **asked))["link"]
    await get_connection("default").execute_query(
        "UPDATE review_invitation SET created_at = created_at - interval '2 hours',"
        " expires_at = expires_at - interval '2 hours'"
    )
    await _opens_nothing(centre, late)
    good = (await centre.do("zhou", "inviteReviewer", LINK, **await _seen(centre), **asked))["link"]
    status, page = await centre.get("visitor", good)
    assert (status, "志愿者为老街安装路灯" in page) == (200, True)
    given = {"decision": "approve", "opinion": "同意刊发"}
    assert await centre.form("visitor", good, **given) == 200
    await _opens_nothing(centre, good)
    await centre.refused("zhou", "publishArticle", "NOT_REVIEWED", **_article(centre, 2))
    assert await _approved(centre, "zhou", 2) == ("PASSED", "")
    await centre.refused("zhou", "decideReview", "WRONG_STATUS", **_decision(id_, 2))


async def _opens_nothing(centre: Centre, link: str) -> None:
    before = await contents(KEPT)
    assert (await centre.get("visitor", link))[0] == 404
    assert await centre.form("visitor", link, decision="approve", opinion="同意") == 404
    assert await contents(KEPT) == before


def _article(centre: Centre, version: int) -> dict[str, Any]:
    return {"id": centre.known["article"], "version": version}


def _decision(review: str, revision: int) -> dict[str, Any]:
    return {"id": review, "approves": True, "revision": revision, "opinion": "同意"}


async def _approved(centre: Centre, who: str, revision: int) -> tuple[str, str]:
    given = _decision(centre.known["review"], revision)
    review = (await centre.do(who, "decideReview", REVIEW, **given))["review"]
    return review["state"], review["stageTitle"]


async def _seen(centre: Centre) -> dict[str, Any]:
    """The review, as it is now."""
    query = "query($id: ID!) { review(id: $id) { id version } }"
    seen: dict[str, Any] = (await centre.ask("zhou", query, id=centre.known["review"]))["review"]
    return seen


async def _open_findings(centre: Centre, revision: int) -> list[Any]:
    told = (await centre.ask("li", FINDINGS, id=centre.known["review"]))["review"]["findings"]
    return [
        each
        for each in told["nodes"]
        if each["revision"] == revision and each["overriddenAt"] is None
    ]


async def _links_were_asked(review: str, revision: int) -> bool:
    """By the worker: whatever it finds is found."""
    rows = await get_connection("default").execute_query_dict(
        "SELECT links_checked FROM review WHERE id = $1", [int(review.split(":")[1])]
    )
    return bool(rows[0]["links_checked"] == revision)


async def all_three_again(centre: Centre, revision: int) -> None:
    """The six approvals of a further revision."""
    for who in ("li", "li", "zhao", "zhao", "zhou", "zhou"):
        last = await _approved(centre, who, revision)
    assert last == ("PASSED", "")
