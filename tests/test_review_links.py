"""Somebody without an account decides one stage by a link; overdue stages; who counts as whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Act, Role
from domain.articles import actions as articles
from domain.audit.models import AuditEntry
from domain.grants import actions as grants
from domain.problems import Conflict
from domain.reviews.actions import decisions, invitations
from domain.reviews.actions.escalation import escalate
from domain.reviews.models import Review, ReviewEntry, ReviewInvitation
from domain.reviews.rules import EntryKind, ReviewState
from domain.users.models import User
from domain.users.rules import UserState
from domain.webhooks import actions as webhooks
from domain.webhooks.models import WebhookMessage
from domain.webhooks.rules import WebhookEventType
from tests.access_table.district import BOX, SECRET
from tests.browser import Browser, Site, site, text
from tests.reviewing import make_desk, make_review, stage
from tests.rows import EDITOR, World, make_world, nothing_written, refused


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def our_site(database_url: str) -> AsyncIterator[Site]:
    async with site(database_url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(our_site: Site) -> World:
    return await make_desk(await make_world(), stage("初审"), stage("复审", due_hours=8))


@pytest.fixture
def browser(our_site: Site) -> Browser:
    return Browser(our_site.app)


def by(our_site: Site, number: int) -> Act:
    viewer = replace(EDITOR.viewer, number=number, name=f"editor {number}")
    return Act(viewer, our_site.clock(), "request-1")


async def make_invitation(our_site: Site, desk: World, number: int = 2) -> tuple[int, str]:
    """Of a new article's first stage. Returns the review's number and the link's path."""
    title = "社区<图书馆>开放"
    act = by(our_site, 1)
    _, review = await make_review(desk, act, title=title, body="<p>全文在此</p>")
    new = invitations.NewInvitation(review_id=review, version=1, name="张主任")
    handed = await invitations.invite(by(our_site, number), new)
    return review, f"/review/{handed.secret}"


YES, NO = {"decision": "approve"}, {"decision": "reject"}


async def test_a_guest_reads_and_decides_once(
    our_site: Site, desk: World, browser: Browser
) -> None:
    review, path = await make_invitation(our_site, desk)
    async with nothing_written():
        page = await browser.get(path)
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    shown = unescape(text(page))
    assert "社区<图书馆>开放" in shown
    assert "<p>全文在此</p>" in text(page)
    assert "张主任" in shown
    async with nothing_written():
        empty = await browser.submit(path, opinion=" ", **YES)
    assert (empty.status, 'id="error"' in text(empty)) == (422, True)
    done = await browser.submit(path, opinion="同意刊发", **YES)
    assert done.status == 200
    row = await Review.get(id=review)
    assert (row.state, row.stage) == (ReviewState.RUNNING, 1)
    entry = await ReviewEntry.get(review_id=review, kind=EntryKind.APPROVED)
    invitation = await ReviewInvitation.get(review_id=review)
    assert (entry.actor, entry.actor_id, entry.opinion) == (
        "张主任",
        f"ReviewInvitation:{invitation.id}",
        "同意刊发",
    )
    audited = await AuditEntry.filter(subject=f"Review:{review}", action="review.approve").get()
    assert audited.actor == "anonymous"
    async with nothing_written():
        again = await browser.submit(path, opinion="同意", **YES)
    assert again.status == 404


async def test_a_guest_sends_back(our_site: Site, desk: World, browser: Browser) -> None:
    review, path = await make_invitation(our_site, desk)
    browser.headers["accept-language"] = "zh-CN"
    assert "退稿" in text(await browser.get(path))
    assert (await browser.submit(path, opinion="职务有误", **NO)).status == 200
    assert (await Review.get(id=review)).state is ReviewState.RETURNED


async def test_what_opens_nothing(our_site: Site, desk: World, browser: Browser) -> None:
    _, changed = await make_invitation(our_site, desk)
    number = (await Review.all().order_by("-id").first()).subject_id  # type: ignore[union-attr] # made above
    changes = articles.ArticleChanges(title="改了")
    await articles.update(by(our_site, 1), number, 1, changes)
    decided, over = await make_invitation(our_site, desk)
    yes = decisions.Decision(approves=True, revision=1, opinion="同意")
    await decisions.decide(by(our_site, 3), decided, yes)
    _, expired = await make_invitation(our_site, desk)
    our_site.clock.pass_(hours=49)
    for path in (changed, over, expired, f"/review/{'A' * 43}", "/review/x"):
        async with nothing_written():
            assert (await browser.get(path)).status == 404, path
            assert (await browser.submit(path, opinion="同意", **YES)).status == 404, path


async def test_another_sites_page_sends_nothing(
    our_site: Site, desk: World, browser: Browser
) -> None:
    _, path = await make_invitation(our_site, desk)
    browser.headers["origin"] = "https://evil.example"
    async with nothing_written():
        assert (await browser.submit(path, opinion="同意", **YES)).status == 403


async def test_only_a_hash_of_the_link_is_kept(our_site: Site, desk: World) -> None:
    _, path = await make_invitation(our_site, desk)
    secret = path.split("/")[-1]
    row = await ReviewInvitation.all().order_by("-id").first()
    assert row is not None
    assert len(row.sha256) == 32
    assert secret not in repr({name: getattr(row, name) for name in row._meta.fields})


async def test_who_invites_counts_as_their_guest(our_site: Site, desk: World) -> None:
    review, path = await make_invitation(our_site, desk, number=2)
    yes = decisions.Decision(approves=True, revision=1, opinion="同意")
    secret = path.split("/")[-1]
    await invitations.use(secret, yes, now=our_site.clock(), request_id="")
    async with refused(Conflict, "id", code="ACTED_BEFORE"):
        await decisions.decide(by(our_site, 2), review, yes)
    new = invitations.NewInvitation(review_id=review, version=3, name="李主任")
    async with refused(Conflict, "id", code="ACTED_BEFORE"):
        await invitations.invite(by(our_site, 2), new)
    same = replace(new, name="张 主任")
    async with refused(Conflict, "id", code="ACTED_BEFORE"):
        await invitations.invite(by(our_site, 3), same)


async def make_user(our_site: Site, person_id: int | None = None) -> int:
    made = await User.create(
        email=f"u{await User.all().count()}@example.org",
        name="审稿人",
        state=UserState.ACTIVE,
        person_id=person_id,
        created_at=our_site.clock(),
    )
    return int(made.id)


async def test_who_was_handed_a_role_counts_as_who_handed_it_on(
    our_site: Site, desk: World
) -> None:
    first, delegate, other = [await make_user(our_site) for _ in range(3)]
    holder = grants.Holder(user_id=first)
    new = grants.NewGrant(role=Role.REVIEWER, holder=holder, organization_id=None)
    grant = await grants.grant(by(our_site, 1), new)
    handed = grants.Delegation(
        grant_id=grant,
        holder=grants.Holder(user_id=delegate),
        ends_at=our_site.clock() + timedelta(days=3),
    )
    yes = decisions.Decision(approves=True, revision=1, opinion="同意")
    _, review = await make_review(desk, by(our_site, 100))
    await decisions.decide(by(our_site, first), review, yes)
    await grants.delegate(by(our_site, first), handed)
    async with refused(Conflict, "id", code="ACTED_BEFORE"):
        await decisions.decide(by(our_site, delegate), review, yes)
    await decisions.decide(by(our_site, other), review, yes)
    assert (await Review.get(id=review)).state is ReviewState.PASSED
    _, second = await make_review(desk, by(our_site, 100))
    await decisions.decide(by(our_site, delegate), second, yes)
    async with refused(Conflict, "id", code="ACTED_BEFORE"):
        await decisions.decide(by(our_site, first), second, yes)


async def test_an_author_reviews_nothing_of_their_own_by_any_account(
    our_site: Site, desk: World
) -> None:
    author = await make_user(our_site, desk.person_id)
    _, review = await make_review(desk, by(our_site, 100))
    yes = decisions.Decision(approves=True, revision=1, opinion="同意")
    async with refused(Conflict, "id", code="WROTE_IT"):
        await decisions.decide(by(our_site, author), review, yes)


async def _told(review: int) -> list[Any]:
    messages = [message.data for message in await WebhookMessage.all()]
    return [message for message in messages if message["review"] == f"Review:{review}"]


async def test_an_overdue_stage_is_told_of_once(our_site: Site, desk: World) -> None:
    new = webhooks.NewEndpoint(
        url="https://example.org/hook", events=[WebhookEventType.REVIEW_OVERDUE], secret=SECRET
    )
    await webhooks.register(by(our_site, 101), new, BOX)
    _, review = await make_review(desk, by(our_site, 101))
    yes = decisions.Decision(approves=True, revision=1, opinion="同意")
    await decisions.decide(by(our_site, 102), review, yes)
    due_at = our_site.clock() + timedelta(hours=8)
    await escalate(due_at - timedelta(seconds=1))
    assert await _told(review) == []
    await escalate(due_at)
    await escalate(due_at + timedelta(hours=1))
    row = await Review.get(id=review)
    assert (row.overdue_at, row.due_at) == (due_at, due_at)
    assert await _told(review) == [
        {
            "review": f"Review:{review}",
            "subject": f"Article:{row.subject_id}",
            "organization": f"Organization:{desk.organization_id}",
            "stage": "复审",
            "claimedBy": [],
            "dueAt": due_at.isoformat(),
        }
    ]
    await decisions.decide(by(our_site, 103), review, yes)
    assert (await Review.get(id=review)).overdue_at is None
