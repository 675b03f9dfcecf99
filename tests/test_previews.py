"""Somebody without an account reads one revision by a link: that one, while the link holds, and
nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from tortoise.connection import get_connection

from domain.access import SYSTEM, Act, Role, Scope
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.audit.models import AuditEntry
from domain.organizations import actions as organizations
from domain.previews import actions as previews
from domain.previews.models import PreviewLink
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.tokens import actions as tokens
from domain.users.models import User
from domain.users.rules import UserState
from tests.previewing import PREVIEW, REVOKE, Newsroom, newsroom, secret_of
from tests.rows import (
    EDITOR,
    NO_SUCH,
    make_article,
    make_category,
    make_organization,
    nothing_written,
    refused,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Newsroom]:
    async with newsroom(database_url, tmp_path_factory.mktemp("media"), site_name="大兴融媒") as it:
        yield it


async def draft(room: Newsroom, **given: Any) -> int:
    return await make_article(room.here, title="尚未定稿", body="<p>全文在此</p>", **given)


async def test_the_page_shows_this_revision_and_says_what_it_is(room: Newsroom) -> None:
    number = await draft(
        room,
        subtitle="副题",
        summary="导语",
        source="气象台",
        tags=["志愿"],
        keywords=["花园"],
        share_title="分享题",
        credits=[{"role": "摄影", "name": "赵"}],
    )
    link = await room.hand_out(number)
    later = articles.ArticleChanges(title="改过的题", body="<p>改过的文</p>")
    await articles.update(EDITOR, number, 1, later)
    answer = await room.get(link)
    page = answer.body.decode()
    assert answer.status == 200
    for words in ("尚未定稿", "副题", "导语", "全文在此", "气象台", "志愿", "花园", "分享题", "赵"):
        assert words in page, words
    assert "改过" not in page
    assert "未发布" in page
    assert "Preview, not published" in page
    assert '<meta name="robots" content="noindex, nofollow, noarchive">' in page
    assert "canonical" not in page
    assert "og:" not in page
    assert "ld+json" not in page
    told = {name: answer.headers[name] for name in HEADERS}
    assert told == HEADERS
    assert "etag" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    head = await room.get("/articles")
    assert "尚未定稿" not in head.body.decode()


HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "x-frame-options": "DENY",
}


async def test_a_named_revision_and_the_newest(room: Newsroom) -> None:
    number = await draft(room)
    await articles.update(EDITOR, number, 1, articles.ArticleChanges(title="第二稿"))
    older, newest = await room.hand_out(number, revision=1), await room.hand_out(number)
    assert "尚未定稿" in (await room.get(older)).body.decode()
    assert "第二稿" in (await room.get(newest)).body.decode()
    assert [each["revision"] for each in await room.links(number)] == [2, 1]


async def test_of_what_is_public_it_does_not_say_that_it_is_not(room: Newsroom) -> None:
    number = await draft(room)
    link = await room.hand_out(number)
    await articles.publish(EDITOR, number, 1)
    page = (await room.get(link)).body.decode()
    assert "此稿已发布" in page
    assert "未发布" not in page


async def test_uses_are_counted_and_only_a_hash_is_kept(room: Newsroom) -> None:
    number = await draft(room)
    link = await room.hand_out(number)
    (before,) = await room.links(number)
    assert (before["uses"], before["usedAt"], before["state"]) == (0, None, "ACTIVE")
    for _ in range(2):
        await room.get(link)
    (after,) = await room.links(number)
    assert after["uses"] == 2
    assert after["usedAt"] is not None
    assert after["recipient"] == "张主任"
    assert after["article"] == {"id": f"Article:{number}"}
    row = await PreviewLink.get(article_id=number)
    assert secret_of(link) not in repr({name: getattr(row, name) for name in row._meta.fields})
    entry = await AuditEntry.get(subject=f"PreviewLink:{row.id}")
    assert entry.action == "preview.create"
    assert entry.after == {
        "article": f"Article:{number}",
        "revision": 1,
        "recipient": "张主任",
        "expires_at": row.expires_at.isoformat(),
    }


async def test_the_graph_shows_it_too_and_keeps_nothing(room: Newsroom) -> None:
    filed = await make_category("要闻")
    number = await draft(room, category_id=f"Category:{filed}")
    secret = secret_of(await room.hand_out(number))
    everything = """query($secret: String!) { preview(secret: $secret) { revision isPublic title
        body blocks plainText category { name } language author organization corrections { text }
        credits { name } cover } }"""
    found = (await room.ask("", everything, secret=secret))["preview"]
    assert found["title"] == "尚未定稿"
    assert (found["revision"], found["isPublic"], found["category"]) == (1, False, {"name": "要闻"})
    assert found["blocks"][0]["text"] == [{"text": "全文在此"}]
    assert (found["author"], found["organization"]) == ("王编辑", "大兴中心")
    room.graph.statements.clear()
    for _ in range(2):
        answer = await room.graph.post(PREVIEW, {"secret": secret})
        assert answer.json()["data"] == {"preview": {"title": "尚未定稿"}}
    assert len(room.graph.statements) == 2
    asked = f'/graphql?query={{preview(secret:"{secret}"){{title}}}}'
    by_get = await room.get(asked)
    assert by_get.json()["data"]["preview"] == {"title": "尚未定稿"}
    assert by_get.headers["cache-control"] == "no-store"


async def dead_links(room: Newsroom) -> dict[str, str]:
    """Paths that open nothing, by why."""
    number = await draft(room)
    revoked = await room.hand_out(number)
    (row,) = await room.links(number)
    await room.ask("author", REVOKE, input={"id": row["id"]})
    long_ago = Act(SYSTEM, datetime.now(UTC) - timedelta(hours=73))
    new = previews.NewPreview(article_id=number, recipient="张主任")
    expired = await previews.create(long_ago, new)
    state = await PreviewLink.filter(article_id=number).order_by("id")
    assert [each.revoked_at is None for each in state] == [False, True]
    return {
        "revoked": revoked,
        "expired": f"/preview/{expired.secret}",
        "unknown": f"/preview/{'A' * 43}",
        "no secret": "/preview/x",
        "long": f"/preview/{'x' * 5000}",
    }


async def test_what_opens_nothing_says_the_same(room: Newsroom) -> None:
    paths = await dead_links(room)
    first = await room.get(paths["unknown"])
    assert first.status == 404
    assert "此链接无效" in first.body.decode()
    for why, path in paths.items():
        room.graph.statements.clear()
        async with nothing_written():
            answer = await room.get(path)
            assert (answer.status, answer.body) == (404, first.body), why
            assert len(room.graph.statements) == 1, why
            told = {name for name in answer.headers if name not in OWN}
            assert {name: answer.headers[name] for name in told} == {
                name: first.headers[name] for name in told
            }, why
            assert (await room.get(f"{path}/media/1")).status == 404, why
            found = await room.ask("", PREVIEW, secret=secret_of(path))
            assert found == {"preview": None}, why


OWN = {"x-request-id", "ratelimit", "ratelimit-policy"}
"""Different in every answer."""


async def test_states_are_told_to_who_sees_drafts_and_to_nobody_else(room: Newsroom) -> None:
    await dead_links(room)
    article = await Article.all().order_by("-id").first()
    assert article is not None
    shown = [each["state"] for each in await room.links(article.id, "analyst")]
    assert shown == ["EXPIRED", "REVOKED"]
    await articles.publish(EDITOR, article.id, 1)
    for who in ("", "dispatcher", "author elsewhere"):
        assert await room.links(article.id, who) == []


async def test_it_dies_with_its_makers_right_to_see_the_draft(room: Newsroom) -> None:
    """And comes back with it: what was handed out is no more than who handed it out."""
    number = await draft(room)
    maker = await room.hire("intern", Role.AUTHOR)
    link = await room.hand_out(number, "intern")
    assert (await room.get(link)).status == 200

    async def state() -> str:
        (row,) = await room.links(number)
        assert ((await room.get(link)).status == 200) is (row["state"] == "ACTIVE")
        return str(row["state"])

    connection = get_connection("default")
    ended = "UPDATE role_grant SET ended_at = $2, ended_by = $3 WHERE token_id = $1"
    await connection.execute_query(ended, [maker, datetime.now(UTC), "editor"])
    assert await state() == "SUSPENDED"
    await connection.execute_query(ended, [maker, None, ""])
    assert await state() == "ACTIVE"
    away = articles.ArticleChanges(organization_id=room.elsewhere.organization_id)
    await articles.update(EDITOR, number, 1, away)
    (row,) = await room.links(number, "author elsewhere")
    assert row["state"] == "SUSPENDED"
    assert (await room.get(link)).status == 404
    back = articles.ArticleChanges(organization_id=room.here.organization_id)
    await articles.update(EDITOR, number, 2, back)
    assert await state() == "ACTIVE"
    await tokens.revoke(EDITOR, maker)
    assert await state() == "SUSPENDED"


async def test_it_moves_with_the_tree_of_organizations(room: Newsroom) -> None:
    top = await make_organization(name="上级")
    below = await make_organization(top, "下级")
    number = await make_article(room.here, organization_id=below)
    _, token = await tokens.create(EDITOR, "above", Role.AUTHOR, None, organization_id=top)
    room.tokens["above"] = token
    link = await room.hand_out(number, "above")
    assert (await room.get(link)).status == 200
    row = await Article.get(id=number)
    assert row.organization_id == below
    await organizations.move(EDITOR, below, 1, room.elsewhere.organization_id)
    assert (await room.get(link)).status == 404


@pytest.mark.parametrize(
    ("state", "opens"), [(UserState.ACTIVE, True), (UserState.LOCKED, False)], ids=str
)
async def test_a_locked_users_links_open_nothing(
    room: Newsroom, state: UserState, opens: bool
) -> None:
    now = datetime.now(UTC)
    user = await User.create(
        email=f"{state.lower()}@example.org", name="王", state=state, created_at=now
    )
    await get_connection("default").execute_query(
        "INSERT INTO role_grant (role, user_id, starts_at, granted_by, created_at, ended_by)"
        " VALUES ('AUTHOR', $1, $2, 'editor', $2, '')",
        [user.id, now],
    )
    made_by = Act(EDITOR.viewer, now).viewer
    act = Act(type(made_by)(made_by.kind, user.id, "王", made_by.grants, made_by.scopes), now)
    new = previews.NewPreview(article_id=await draft(room), recipient="张主任")
    handed = await previews.create(act, new)
    assert ((await room.get(f"/preview/{handed.secret}")).status == 200) is opens


async def test_a_token_that_may_read_no_drafts_any_more_hands_out_none(room: Newsroom) -> None:
    number = await draft(room)
    maker = await room.hire("narrowed", Role.AUTHOR)
    link = await room.hand_out(number, "narrowed")
    await get_connection("default").execute_query(
        "UPDATE token SET scopes = $2 WHERE id = $1", [maker, [Scope.READ_PUBLIC.value]]
    )
    assert (await room.get(link)).status == 404


async def test_a_withdrawal_ends_what_was_handed_out_before(room: Newsroom) -> None:
    number = await draft(room)
    link = await room.hand_out(number)
    await articles.publish(EDITOR, number, 1)
    assert (await room.get(link)).status == 200
    await articles.withdraw(EDITOR, number, 2)
    assert (await room.get(link)).status == 404
    (row,) = await room.links(number)
    assert row["state"] == "REVOKED"
    audited = await AuditEntry.get(subject=row["id"], action="preview.revoke")
    assert audited.actor == "editor"
    again = await room.hand_out(number)
    assert (await room.get(again)).status == 200


async def test_who_made_it_and_who_may_edit_take_it_back(room: Newsroom) -> None:
    number = await draft(room)
    await room.hand_out(number, "author")
    (row,) = await room.links(number)
    for who, code in (
        ("analyst", "FORBIDDEN"),
        ("author elsewhere", "NOT_FOUND"),
        ("dispatcher", "FORBIDDEN"),
        ("", "FORBIDDEN"),
    ):
        async with nothing_written():
            told = await room.ask(who, REVOKE, input={"id": row["id"]})
        assert told["revokePreviewLink"]["code"] == code, who
    told = await room.ask("publisher", REVOKE, input={"id": row["id"]})
    assert told["revokePreviewLink"]["previewLink"]["state"] == "REVOKED"
    twice = await room.ask("publisher", REVOKE, input={"id": row["id"]})
    assert twice["revokePreviewLink"] == {"code": "WRONG_STATUS", "path": ["input", "id"]}
    await room.hire("demoted", Role.AUTHOR)
    await room.hand_out(number, "demoted")
    await get_connection("default").execute_query(
        "UPDATE role_grant SET role = 'ANALYST' WHERE token_id = $1", [room.numbers["demoted"]]
    )
    (own, *_) = await room.links(number)
    told = await room.ask("demoted", REVOKE, input={"id": own["id"]})
    assert told["revokePreviewLink"]["previewLink"]["state"] == "REVOKED"


async def test_what_is_refused(room: Newsroom) -> None:
    number = await draft(room)
    made = previews.NewPreview

    async def no(kind: Any, code: str, *path: str, **given: Any) -> None:
        values = {"article_id": number, "recipient": "张主任", **given}
        async with refused(kind, *path, code=code):
            await previews.create(EDITOR, made(**values))

    await no(NotFound, "NOT_FOUND", "id", article_id=NO_SUCH)
    await no(NotFound, "NOT_FOUND", "revision", revision=2)
    await no(NotFound, "NOT_FOUND", "revision", revision=0)
    await no(Invalid, "INVALID", "hours", hours=0)
    await no(Invalid, "INVALID", "hours", hours=721)
    await no(Invalid, "EMPTY", "recipient", recipient=" ")
    async with refused(NotFound, "id"):
        await previews.revoke(EDITOR, NO_SUCH)
    async with refused(Forbidden):
        await previews.revoke(Act(EDITOR.viewer.__class__(), EDITOR.now), NO_SUCH)
    handed = await previews.create(EDITOR, made(article_id=number, recipient="张主任"))
    await previews.revoke(EDITOR, handed.link_id)
    async with refused(Conflict, "id", code="WRONG_STATUS"):
        await previews.revoke(EDITOR, handed.link_id)


async def test_links_are_forgotten_long_after_they_died(room: Newsroom) -> None:
    number = await draft(room)
    long_ago = Act(SYSTEM, datetime.now(UTC) - timedelta(days=91, hours=72))
    new = previews.NewPreview(article_id=number, recipient="张主任")
    await previews.create(long_ago, new)
    kept = await previews.create(Act(SYSTEM, datetime.now(UTC) - timedelta(days=89)), new)
    await previews.forget_old(datetime.now(UTC))
    assert [row.id for row in await PreviewLink.filter(article_id=number)] == [kept.link_id]
