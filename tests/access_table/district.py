"""Two organizations side by side, everything that not everybody may see at one of them, and a token
for each kind of caller."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.access import SYSTEM, Act, Role, Scope
from domain.articles import actions as articles
from domain.deliveries.models import Delivery
from domain.distribution import actions as distribution
from domain.engagement.rules import Metric, Source
from domain.highlights.actions import NewHighlight, set_highlight
from domain.highlights.rules import HighlightKind
from domain.inflation.flags import FlagKind
from domain.inflation.models import InflationFlag
from domain.media.models import Media
from domain.media.rules import MediaKind, MediaState
from domain.people import actions as people
from domain.previews import actions as previews
from domain.publishing.actions import NewPlan, set_embargo
from domain.publishing.actions import plan as plan_of
from domain.publishing.rules import PlannedStep
from domain.pulling.models import AccountPull
from domain.reviews.actions import terms
from domain.reviews.checks.documents import TermKind
from domain.reviews.models import ReviewWorkflow
from domain.secrets import SecretBox
from domain.tokens import actions as tokens
from domain.users.models import User
from domain.users.rules import UserState
from domain.webhooks import actions as webhooks
from domain.webhooks.rules import WebhookEventType
from tests.graph import KEY
from tests.reviewing import make_desk, make_review
from tests.rows import (
    EDITOR,
    World,
    make_account,
    make_article,
    make_organization,
    make_partner,
    make_post,
)

LATER = datetime(2100, 1, 1, tzinfo=UTC)
SECRET = "whsec_" + "A" * 43 + "="
HEARD = [WebhookEventType.ARTICLE_PUBLISHED, WebhookEventType.ARTICLE_WITHDRAWN]
BOX = SecretBox((KEY,))


@dataclass
class District:
    """here, elsewhere: organizations below one root. ids: by what the table calls them. tokens: by
    caller, empty for nobody."""

    root: int
    here: World
    elsewhere: World
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def act(self) -> Act:
        return Act(EDITOR.viewer, datetime.now(UTC))


async def make_district() -> District:
    root = await make_organization(name="大兴")
    district = District(root, await _world(root, "这里"), await _world(root, "那里"))
    await _callers(district)
    await _internals(district)
    return district


async def _world(root: int, name: str) -> World:
    home = await make_organization(root, name)
    partner = await make_partner(home, f"{name}博主")
    return World(
        organization_id=home,
        person_id=await people.create(EDITOR, people.NewPerson(name=name, organization_id=home)),
        partner_id=partner,
        account_id=await make_account(partner),
    )


async def _callers(district: District) -> None:
    here, elsewhere = district.here.organization_id, district.elsewhere.organization_id
    district.tokens["anonymous"] = ""
    await _token(district, "application", None)
    for role in Role:
        await _token(district, role.value.lower(), role, organization_id=here)
    for role in (Role.AUTHOR, Role.ADMINISTRATOR):
        name = f"{role.value.lower()} elsewhere"
        await _token(district, name, role, organization_id=elsewhere)
    await _token(district, "network", Role.ADMINISTRATOR)
    await _token(district, "reader", Role.ADMINISTRATOR, scopes=[Scope.READ_INTERNAL])
    await _token(district, "public", Role.ADMINISTRATOR, scopes=[Scope.READ_PUBLIC])
    await _token(district, "partner", None, partner_id=district.here.partner_id)
    await _token(district, "partner elsewhere", None, partner_id=district.elsewhere.partner_id)


async def _token(district: District, name: str, role: Role | None, **given: object) -> None:
    number, text = await tokens.create(district.act, name, role, None, **given)  # type: ignore[arg-type] # as given above
    district.tokens[name], district.numbers[name] = text, number


async def _internals(district: District) -> None:
    here, now = district.here, datetime.now(UTC)
    draft = await make_article(here, title="草稿")
    post = await make_post(here.account_id, article_id=draft)
    delivery = await Delivery.create(
        partner_id=here.partner_id,
        source=Source.PUSH,
        webhook_id="push-1",
        payload_sha256=bytes(32),
        rejected=[],
        received_at=now,
    )
    await AccountPull.create(account_id=here.account_id)
    sent = await make_article(here, title="去向")
    await articles.publish(district.act, sent, 1)
    pin = NewHighlight(article_id=sent, kind=HighlightKind.PINNED, starts_at=LATER)
    await set_highlight(district.act, pin)
    offer = distribution.Offer(article_id=sent, account_ids=[here.account_id])
    (offered,) = await distribution.distribute(district.act, offer, "")
    endpoint = await make_endpoint(district)
    media = await make_media(here.organization_id, "草稿.pdf")
    await set_embargo(district.act, draft, LATER, "发布会")
    plan = await plan_of(
        district.act, NewPlan(article_id=draft, step=PlannedStep.PUBLISH, at=LATER)
    )
    link = previews.NewPreview(article_id=sent, recipient="张主任")
    handed = await previews.create(Act(SYSTEM, district.act.now), link)
    user = await User.create(
        email="wang@example.org", name="王", state=UserState.ACTIVE, created_at=now
    )
    desk = await make_desk(here)
    word = terms.NewTerm(kind=TermKind.SENSITIVE, word="最")
    term = await terms.add(EDITOR, word)
    reviewed, review = await make_review(desk, title="送审稿")
    district.ids |= {
        "root": f"Organization:{district.root}",
        "here": f"Organization:{here.organization_id}",
        "elsewhere": f"Organization:{district.elsewhere.organization_id}",
        "person": f"Person:{here.person_id}",
        "partner": f"Partner:{here.partner_id}",
        "account": f"Account:{here.account_id}",
        "desk": f"Organization:{desk.organization_id}",
        "reviewed": f"Article:{reviewed}",
        "review": f"Review:{review}",
        "workflow": f"ReviewWorkflow:{(await ReviewWorkflow.get()).id}",
        "media": f"Media:{media}",
        "term": f"ReviewTerm:{term}",
        "draft": f"Article:{draft}",
        "plan": f"PublicationPlan:{plan}",
        "post": f"Post:{post}",
        "delivery": f"Delivery:{delivery.id}",
        "flag": f"InflationFlag:{await make_flag(post)}",
        "sent": f"Article:{sent}",
        "link": f"PreviewLink:{handed.link_id}",
        "secret": handed.secret,
        "distribution": f"Distribution:{offered}",
        "endpoint": f"WebhookEndpoint:{endpoint}",
        "user": f"User:{user.id}",
    }


async def make_endpoint(district: District) -> int:
    new = webhooks.NewEndpoint(url="https://example.org/hook", events=HEARD, secret=SECRET)
    return await webhooks.register(district.act, new, BOX)


async def make_media(organization_id: int, name: str) -> int:
    now = datetime.now(UTC)
    row = await Media.create(
        organization_id=organization_id,
        kind=MediaKind.DOCUMENT,
        mime="application/pdf",
        name=name,
        sha256=secrets.token_hex(32),
        size=1,
        state=MediaState.READY,
        uploaded_by="editor",
        created_at=now,
        updated_at=now,
    )
    return int(row.id)


async def make_flag(post: int) -> int:
    number = await InflationFlag.filter(post_id=post).count()
    flag = await InflationFlag.create(
        post_id=post,
        kind=FlagKind.GAIN_LEVEL,
        metric=Metric.READS,
        bucket=datetime.now(UTC) + timedelta(hours=number),
        bucket_hours=1,
        observed=2.0,
        low=0.0,
        high=1.0,
        score=9.0,
        inputs={},
        rule_version="1",
        found_at=datetime.now(UTC),
    )
    return int(flag.id)
