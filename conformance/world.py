"""The little data that clients are tried on, made by the same actions as any other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.access import SYSTEM, Act, Role
from domain.articles import actions as articles
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.rules import Metric, Source
from domain.ids import format_id, parse_id
from domain.organizations import actions as organizations
from domain.organizations.rules import OrganizationKind
from domain.partners import actions as partners
from domain.partners.rules import PartnerKind, Platform
from domain.people import actions as people
from domain.posts import actions as posts
from domain.tokens import actions as tokens

ARTICLES = 5
AUTHOR = "王编辑"
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Facts:
    """Global ids of what is there, as clients know it. articles: the public ones. post: the one
    whose reads change."""

    organization: str
    person: str
    author: str
    articles: list[str]
    post: str

    @property
    def ids(self) -> list[str]:
        return [self.organization, self.person, *self.articles, self.post, "Network:1"]


async def make_world() -> tuple[Facts, str]:
    """What there is, and an administrator's token."""
    act = Act(SYSTEM, datetime.now(UTC))
    new = organizations.NewOrganization(kind=OrganizationKind.CENTRE, name="大兴中心")
    organization = await organizations.create(act, new)
    person = await people.create(act, people.NewPerson(name=AUTHOR, organization_id=organization))
    public = [await _article(act, organization, person, number) for number in range(ARTICLES)]
    facts = Facts(
        organization=format_id("Organization", organization),
        person=format_id("Person", person),
        author=AUTHOR,
        articles=[format_id("Article", number) for number in public],
        post=format_id("Post", await _post(act, organization, public[0])),
    )
    _, token = await tokens.create(act, "conformance", Role.ADMINISTRATOR, None)
    await count_once(facts, 100, act.now)
    return facts, token


async def _article(act: Act, organization: int, person: int, number: int) -> int:
    title = f"志愿者走进社区 {number}"
    new = articles.NewArticle(title=title, author_id=person, organization_id=organization)
    article = await articles.create(act, new)
    await articles.publish(act, article, 1)
    return article


async def _post(act: Act, organization: int, article: int) -> int:
    blogger = partners.NewPartner(
        kind=PartnerKind.BLOGGER, name="黄村博主", organization_id=organization
    )
    account = partners.NewAccount(
        partner_id=await partners.register(act, blogger),
        platform=Platform.WEIBO,
        external_id="conformance",
        handle="@huangcun",
    )
    account_id = await partners.register_account(act, account)
    new = posts.NewPost(
        account_id=account_id, external_id="1", posted_at=act.now, article_id=article
    )
    return await posts.register(act, new)


async def count_once(facts: Facts, value: int, now: datetime) -> None:
    """The followed post's reads stand at this value now, and all totals with them."""
    seen = NewObservation(
        post_id=parse_id(facts.post, "Post", path=())[1],
        metric=Metric.READS,
        value=value,
        observed_at=now,
        definition="conformance.reads",
        source=Source.MANUAL,
    )
    async with transaction() as client:
        await record(client, [seen], now=now)
    await roll_up_all(zone=ZONE)
