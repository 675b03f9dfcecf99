"""A site with something of everything: rows for every table of an archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from domain.access import Act, Role
from domain.archives.tables import TABLES
from domain.article_columns import actions as columns
from domain.articles import actions as articles
from domain.articles.actions.checking import keep_fingerprints
from domain.articles.imports.models import ArticleImport
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.rules import Metric, Source
from domain.fronts import actions as fronts
from domain.fronts.rules import Entry
from domain.grants import actions as grants
from domain.highlights import actions as highlights
from domain.highlights.rules import HighlightKind
from domain.media.actions.rendering import render, take_due
from domain.media.storage import Storage
from domain.partners.rules import Platform
from domain.partners.secrets import issue_secret
from domain.previews import actions as previews
from domain.publishing import actions as publishing
from domain.publishing.rules import PlannedStep
from domain.reviews.actions import claims, decisions, findings, invitations, terms
from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.models import ReviewFinding
from domain.search.actions import synonyms
from domain.search.actions.rebuild import rebuild
from domain.tokens import actions as tokens
from domain.users.models import OpenIdIdentity, SecondFactor, User
from domain.webhooks.models import ThresholdCrossing, WebhookEndpoint
from tests.media import picture, store
from tests.oracle.filling import Filling
from tests.oracle.observations import observe
from tests.oracle.pulls import fill_pulls
from tests.oracle.rows import fill
from tests.platforms import BOX
from tests.reviewing import make_desk, make_review, stage
from tests.rows import EDITOR, World, make_article
from tests.users import active, invited

CREDENTIAL = "canary-of-a-credential"


async def fill_site(storage: Storage, now: datetime, zone: ZoneInfo) -> str:
    """Returns the text of an administrator's token."""
    filling = await fill(now)
    await _no_files_of_nobody()
    await _numbers_go_on()
    await observe(filling, zone)
    await fill_pulls(filling.random, filling.accounts, filling.posts)
    world = World(
        organization_id=filling.organizations[0].id,
        person_id=filling.people[0].id,
        partner_id=filling.partners[0].id,
        account_id=filling.accounts[0].id,
    )
    act = Act(EDITOR.viewer, now, "request-1")
    await _newsroom(act, world, storage)
    await _reviews(act, world)
    await keep_fingerprints()
    await _people(act, world)
    await _answers(filling, now, zone)
    endpoint = await WebhookEndpoint.filter(threshold_kind__not_isnull=True).first()
    assert endpoint is not None
    await ThresholdCrossing.create(endpoint=endpoint, subject_id=filling.posts[0].id)
    await rebuild(lambda done, of: None)
    return (await tokens.create(act, "archive", Role.ADMINISTRATOR, None))[1]


async def _no_files_of_nobody() -> None:
    """Rows of the library whose files nobody uploaded."""
    connection = get_connection("default")
    for table in ("article_media", "media_rendition", "media"):
        await connection.execute_query(f"DELETE FROM {table}")


async def _numbers_go_on() -> None:
    """Behind those that the rows were given by hand."""
    connection = get_connection("default")
    for table in TABLES:
        if table.order.endswith("id") and not table.order.endswith("_id"):
            await connection.execute_query(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
                f" (SELECT coalesce(max(id), 0) + 1 FROM {table.name}), FALSE)"
            )


async def _newsroom(act: Act, world: World, storage: Storage) -> None:
    shown = await store(storage, world.organization_id, picture(400, 300), alt="花园")
    await store(storage, world.organization_id, b"%PDF-1.7\n" + b"x" * 9000, name="附件.pdf")
    while row := await take_due(act.now + timedelta(minutes=1)):
        await render(row, storage, act.now)
    image = {"type": "image", "media": f"Media:{shown.media_id}"}
    text = {"type": "paragraph", "text": [{"text": "志愿者走进社区"}]}
    public = await make_article(world, title="公开", blocks=[text, image], tags=["志愿"])
    await articles.publish(act, public, 1)
    changes = articles.ArticleChanges(title="再改", markdown="旁边的草稿", reason="补充")
    await articles.update(act, public, 2, changes)
    await articles.name_revision(act, public, 1, "首发")
    pin = highlights.NewHighlight(article_id=public, kind=HighlightKind.PINNED)
    await highlights.set_highlight(act, pin)
    planned = await make_article(world, title="草稿")
    await previews.create(act, previews.NewPreview(article_id=planned, recipient="张主任"))
    later = act.now + timedelta(days=1)
    await publishing.set_embargo(act, planned, later, "发布会")
    at = later + timedelta(hours=1)
    new = publishing.NewPlan(article_id=planned, step=PlannedStep.PUBLISH, at=at)
    await publishing.plan(act, new)
    entry = Entry(slot=1, article_id=public)
    front = fronts.NewFront(
        organization_id=world.organization_id,
        name="archive",
        title="头条",
        version=0,
        entries=[entry],
    )
    await fronts.set_front(act, front)
    gathered = columns.NewColumn(
        organization_id=world.organization_id,
        slug="archive",
        title="专题",
        summary="",
        is_closed=False,
        version=0,
        article_ids=[public],
    )
    await columns.set_column(act, gathered)
    await ArticleImport.create(
        source="feed", source_id="1", article_id=public, sha256="0" * 64, imported_at=act.now
    )
    await synonyms.set_synonyms(act, "志愿者", ["义工"])


async def _reviews(act: Act, world: World) -> None:
    new = terms.NewTerm(kind=TermKind.INCORRECT, word="按装", suggestion="安装")
    await terms.add(act, new)
    stages = stage("初审"), stage("终审", Role.PUBLISHER)
    desk = await make_desk(world, *stages, checks=[CheckKind.TERM])
    reviewer = replace(act, viewer=replace(act.viewer, number=7, name="审稿人"))
    _, passed = await make_review(desk, markdown="安装路灯。")
    await claims.claim(reviewer, passed, 1)
    said = decisions.Decision(approves=True, revision=1, opinion="可以")
    await decisions.decide(reviewer, passed, said)
    _, open_ = await make_review(desk, title="路灯", markdown="按装路灯。")
    found = await ReviewFinding.filter(review_id=open_).first()
    assert found is not None
    await findings.override(reviewer, [found.id], "引文如此")
    invitation = invitations.NewInvitation(review_id=open_, version=2, name="张主任")
    await invitations.invite(reviewer, invitation)


async def _people(act: Act, world: World) -> None:
    editor, director = await active("wang@example.org"), await active("li@example.org")
    await invited("zhao@example.org")
    await User.filter(id=director.id).update(person_id=world.person_id)
    holder = grants.Holder(user_id=editor.id)
    granted = await grants.grant(
        act, grants.NewGrant(role=Role.REVIEWER, holder=holder, organization_id=None)
    )
    deputy = grants.Holder(user_id=director.id)
    until = act.now + timedelta(days=3)
    await grants.delegate(act, grants.Delegation(grant_id=granted, holder=deputy, ends_at=until))
    await tokens.create(act, "of a partner", None, None, partner_id=world.partner_id)
    await issue_secret(act, BOX, world.partner_id)
    connection = get_connection("default")
    sealed = BOX.seal(CREDENTIAL)
    await SecondFactor.create(user=editor, secret=sealed, last_step=0, created_at=act.now)
    await OpenIdIdentity.create(
        user=editor, issuer="https://id.example", subject="wang", created_at=act.now
    )
    await connection.execute_query(
        "UPDATE account SET credential = $1 WHERE id = $2", [sealed, world.account_id]
    )
    await connection.execute_query(
        "INSERT INTO remembered_push (partner_id, webhook_id, delivery_id, received_at)"
        " SELECT partner_id, webhook_id, id, received_at FROM delivery ORDER BY id LIMIT 1"
    )


async def _answers(filling: Filling, now: datetime, zone: ZoneInfo) -> None:
    """What platforms answered, kept, and what it said counted."""
    post = filling.posts[0]
    async with transaction() as client:
        (body,) = await client.execute_query_dict(
            "INSERT INTO raw_body (sha256, body, received_at)"
            " VALUES (sha256('a'), 'a', $1) RETURNING id",
            [now],
        )
        (answer,) = await client.execute_query_dict(
            "INSERT INTO raw_answer (account_id, platform, request, status, body_id, received_at)"
            " VALUES ($1, $2, 'GET /counts', 200, $3, $4) RETURNING id",
            [filling.accounts[0].id, Platform.WEIBO, body["id"], now],
        )
        said = NewObservation(
            post_id=post.id,
            metric=Metric.READS,
            value=2**40,
            observed_at=now,
            definition="test.reads/1",
            source=Source.PULL,
            raw_answer_id=answer["id"],
        )
        await record(client, [said], now=now)
    await roll_up_all(zone=zone)
