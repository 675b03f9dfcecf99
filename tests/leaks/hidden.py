"""Drafts with a mark in every text and numbers of their own, and all that goes on around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.connection import get_connection

from domain.access import SYSTEM, Act
from domain.article_columns.actions import NewColumn, set_column
from domain.articles import actions as articles
from domain.distribution import actions as distribution
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Metric, Source
from domain.fronts.actions import NewFront, set_front
from domain.fronts.rules import Entry
from domain.highlights.actions import NewHighlight, set_highlight
from domain.highlights.rules import HighlightKind
from domain.media.models import Media
from domain.media.rules import MediaState
from domain.posts import actions as posts
from domain.previews import actions as previews
from domain.publishing import actions as publishing
from domain.publishing.rules import PlannedStep
from domain.reviews.actions import decisions, invitations
from domain.reviews.actions.remarks import Remark
from domain.reviews.checks.steps import CheckKind
from domain.reviews.models import Review, ReviewFinding
from tests.access_table.district import LATER, District, make_media
from tests.rows import World, derive, make_account, make_article, make_partner

FIRST = 7_700_000_000_001
MARK = "丹顶鹤"
LEAK = re.compile(rf"{MARK}[a-z-]*|77000000000\d\d")
NUMBERED = (
    *("article_revision", "media", "post", "review", "review_entry"),
    *("review_finding", "review_invitation", "publication_plan", "preview_link", "front_entry"),
)
"""Tables whose rows made here have numbers from FIRST on, as what is hidden of articles has."""


def mark(place: str) -> str:
    return f"{MARK}{place}"


@dataclass
class Hidden:
    """ids: of what is hidden, and of what is public beside it. texts: what may be asked for. paths:
    of its files. links: of the two that open something, its guest's and its reader's."""

    district: District
    ids: list[str]
    texts: list[str]
    paths: list[str]
    links: dict[str, str]


async def make_hidden(district: District) -> Hidden:
    """draft: never public. beside: a draft beside something public, under review. withdrawn: it was
    public."""
    desk = replace(
        district.here, organization_id=int(district.ids["desk"].removeprefix("Organization:"))
    )
    for table in NUMBERED:
        await _number_anew(table)
    beside = await _public(district, desk)
    await _number_anew("article")
    media = await _file(district.here)
    draft = await _draft(desk, media)
    await _beside(district, beside, media)
    withdrawn = await _withdrawn(district)
    links = await _around(district, draft, beside)
    row = await Media.get(id=media)
    nouns = ("Media", "Post", "Review", "ReviewEntry", "PublicationPlan", "PreviewLink")
    return Hidden(
        district,
        [f"Article:{number}" for number in (draft, beside, withdrawn)]
        + [f"{noun}:{FIRST}" for noun in (*nouns, "ArticleRevision")]
        + [district.ids["here"], district.ids["desk"], district.ids["person"]],
        ["open", "hidden", MARK, *map(mark, ("title", "slug", "gone", "tag"))],
        [f"/media/{row.id}", f"/media/{row.sha256}/original.pdf", f"/media/{row.sha256}/x"],
        links,
    )


async def _number_anew(table: str) -> None:
    await get_connection("default").execute_query(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {FIRST}, false)"
    )


async def _public(district: District, desk: World) -> int:
    """Something everybody reads, of which a review still runs; it was offered to a partner."""
    act = district.act
    number = await make_article(desk, title="公开的一篇", slug="open", body="<p>公开</p>")
    await articles.publish_urgently(act, number, 1, mark("urgent"))
    offer = distribution.Offer(article_id=number, account_ids=[desk.account_id])
    await distribution.distribute(act, offer, "https://x.example")
    return number


async def _file(world: World) -> int:
    number = await make_media(world.organization_id, f"{mark('file')}.pdf")
    said = {name: mark(f"file-{name}") for name in ("alt", "caption", "credit", "licence")}
    hashed = f"{FIRST}".ljust(64, "0")
    await Media.filter(id=number).update(
        why=mark("why"), state=MediaState.READY, sha256=hashed, **said
    )
    return number


def _texts(prefix: str, media: int) -> dict[str, Any]:
    """All that an article says, marked."""
    named = {
        name: mark(f"{prefix}{name.replace('_', '-')}")
        for name in ("subtitle", "summary", "source", "share_title", "share_summary")
    }
    return {
        **named,
        "blocks": [
            {"type": "paragraph", "text": [{"text": mark(f"{prefix}block")}]},
            {
                "type": "image",
                "url": "https://e.example/1.png",
                "alt": mark(f"{prefix}alt"),
                "caption": mark(f"{prefix}caption"),
            },
            {"type": "attachment", "media": f"Media:{media}", "name": mark(f"{prefix}name")},
        ],
        "tags": [mark(f"{prefix}tag")],
        "keywords": [mark(f"{prefix}keyword")],
        "source_url": f"https://e.example/{mark(f'{prefix}url')}",
        "credits": [{"role": mark(f"{prefix}role"), "name": mark(f"{prefix}credit")}],
        "reason": mark(f"{prefix}reason"),
    }


async def _draft(desk: World, media: int) -> int:
    given = {**_texts("", media), "title": mark("title"), "slug": mark("slug")}
    return await make_article(desk, cover=f"Media:{media}", **given)


async def _beside(district: District, number: int, media: int) -> None:
    act, said = district.act, _texts("beside-", media)
    changes = articles.ArticleChanges(
        title=mark("beside-title"), correction=mark("correction"), **said
    )
    await articles.update(act, number, 2, changes)
    await articles.name_revision(act, number, 2, mark("revision"))


async def _withdrawn(district: District) -> int:
    """With a draft beside it until then, and a post that was read, on an account of a partner who
    asks nothing here."""
    account = await make_account(await make_partner(district.here.organization_id, "他人"))
    number = await make_article(district.here, title=mark("gone"), slug=mark("gone"))
    await articles.publish(district.act, number, 1)
    new = posts.NewPost(
        account_id=account,
        article_id=number,
        external_id=mark("post"),
        posted_at=district.act.now,
    )
    post = await posts.register(district.act, new)
    seen = NewObservation(
        post_id=post,
        metric=Metric.READS,
        value=123_456_789,
        observed_at=datetime.now(UTC),
        definition="test.reads",
        source=Source.MANUAL,
    )
    await record(get_connection("default"), [seen], now=datetime.now(UTC))
    await derive()
    changes = articles.ArticleChanges(title=mark("gone-beside"))
    await articles.update(district.act, number, 2, changes)
    await articles.withdraw(district.act, number, 3)
    return number


async def _around(district: District, draft: int, beside: int) -> dict[str, str]:
    """A review with all that is said in it, plans, presence, a front, and links; of the draft and
    of what is public alike."""
    act = district.act
    another = replace(act, viewer=replace(act.viewer, number=2, name=mark("editor")))
    review = await articles.submit_for_review(act, draft, 1, mark("submission"))
    new = invitations.NewInvitation(review_id=review, version=1, name=mark("guest"))
    invited = await invitations.invite(another, new)
    for number in (FIRST, review):
        await _finding(act, number)
    links = {"review": f"/review/{invited.secret}"}
    await publishing.set_embargo(act, draft, LATER, mark("embargo"))
    for number in (beside, draft):
        await articles.touch_editing(another, number, "b1")
        plan = publishing.NewPlan(
            article_id=number, step=PlannedStep.PUBLISH, at=LATER + timedelta(days=1)
        )
        await publishing.plan(act, plan)
        to_read = previews.NewPreview(article_id=number, recipient=mark("recipient"))
        handed = await previews.create(Act(SYSTEM, act.now), to_read)
        links["preview"] = f"/preview/{handed.secret}"
    await set_highlight(act, NewHighlight(article_id=draft, kind=HighlightKind.PINNED))
    await _front(district, draft)
    await _column(district, draft)
    return links


async def _finding(act: Act, review: int) -> None:
    await ReviewFinding.create(
        review_id=review,
        revision=(await Review.get(id=review)).revision,
        check_kind=CheckKind.TERM,
        excerpt=mark("excerpt"),
        message=mark("finding"),
        suggestion=mark("suggestion"),
        created_at=act.now,
    )


async def _column(district: District, draft: int) -> None:
    column = NewColumn(
        organization_id=district.here.organization_id,
        slug="hidden",
        title="专题",
        summary="",
        is_closed=False,
        version=0,
        article_ids=[draft],
    )
    await set_column(district.act, column)


async def _front(district: District, draft: int) -> None:
    front = NewFront(
        organization_id=district.here.organization_id,
        name="hidden",
        title="头条",
        version=0,
        entries=[Entry(1, draft)],
    )
    await set_front(district.act, front)


async def send_back(district: District) -> None:
    """The review ends with an opinion and a remark; the guest's link with it."""
    act = district.act
    third = replace(act, viewer=replace(act.viewer, number=3, name=mark("reviewer")))
    remark = Remark(block="", text=mark("remark"))
    decision = decisions.Decision(
        approves=False, revision=1, opinion=mark("opinion"), remarks=[remark]
    )
    await decisions.decide(third, FIRST + 1, decision)
