"""Rows to try the graph on, the same ones for the same moment: ties, gaps, odd texts, all states.

What only administrators may see carries CANARY in every text it has, and a number above
`hidden_from` where that is given, so that a leak is seen wherever it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from tortoise.connection import get_connection

from domain.articles.content import CONTENT, EVERYTHING
from domain.articles.models import Article, ArticleEditing, ArticleRevision, RevisionName
from domain.articles.rules import ArticleStatus
from domain.audit.models import AuditEntry
from domain.campaigns.models import Campaign
from domain.categories.models import Category
from domain.deliveries.models import Delivery, Restatement
from domain.distribution.models import Distribution
from domain.distribution.rules import DistributionState, DistributionWay
from domain.engagement.rules import Metric, Source, SubjectKind
from domain.inflation.flags import FlagKind
from domain.inflation.models import EngagementDiscount, InflationFlag
from domain.inflation.states import InflationState
from domain.organizations.models import Organization
from domain.organizations.rules import OrganizationKind
from domain.partners.models import Account, Partner
from domain.partners.rules import PartnerKind, Platform
from domain.people.models import Person
from domain.posts.models import Post
from domain.posts.rules import PostState
from domain.search.actions.rebuild import rebuild
from domain.search.asking import alternatives, plain_query
from domain.teams.models import Team
from domain.teams.rules import TeamKind
from domain.webhooks.models import WebhookEndpoint, WebhookMessage
from domain.webhooks.rules import MessageState, WebhookEventType
from tests.oracle.filling import CANARY, NAMES, TAGS, TEXTS, Filling
from tests.oracle.matches import SYNONYMS
from tests.oracle.media_rows import add_media
from tests.oracle.newsroom_rows import add_newsroom
from tests.oracle.review_rows import add_reviews


async def fill(now: datetime, *, hidden_from: int | None = None) -> Filling:
    """An empty database gets its rows; what is counted comes by observations.observe."""
    visible = count(1)
    hidden = visible if hidden_from is None else count(hidden_from)
    filling = Filling(now, Random("rows"), visible, hidden)
    await _trees(filling)
    for number in range(12):
        organization = filling.one(filling.organizations)
        person = await Person.create(
            name=NAMES[number % 7], organization=organization, created_at=filling.moment()
        )
        filling.people.append(person)
    for number in range(36):
        filling.articles.append(await _article(filling, number))
    for number in range(20):
        await add_media(filling, number)
    for number in range(10):
        filling.campaigns.append(await _campaign(filling, number))
    await _carriers(filling)
    for number in range(64):
        filling.posts.append(await _post(filling, number))
    for number in range(16):
        await _distribution(filling, number)
    for number in range(14):
        await _delivery(filling, number)
    await add_newsroom(filling)
    await add_reviews(filling)
    await _webhooks(filling)
    await _inflation(filling)
    await _audit(filling)
    await _searchable(filling)
    return filling


async def _trees(filling: Filling) -> None:
    kinds, team_kinds = list(OrganizationKind), list(TeamKind)
    for number in range(24):
        organization = await Organization.create(
            parent=None if number in (0, 9) else filling.one(filling.organizations),
            kind=kinds[number % len(kinds)],
            name=NAMES[number % len(NAMES)],
            library_quota=filling.one([None, 0, 2**40]),
            version=1 + number % 3,
            created_at=filling.moment(),
        )
        filling.organizations.append(organization)
    for number in range(20):
        team = await Team.create(
            parent=None if number in (0, 5) else filling.one(filling.teams),
            organization=filling.maybe(filling.organizations),
            kind=team_kinds[number % len(team_kinds)],
            name=NAMES[number % len(NAMES)],
            created_at=filling.moment(),
        )
        filling.teams.append(team)
    for number in range(9):
        category = await Category.create(
            parent=None if number in (0, 3) else filling.one(filling.categories),
            name=NAMES[number % len(NAMES)],
            slug=f"category-{number}",
            position=1 + number % 3,
            version=1 + number % 2,
            created_at=filling.moment(),
        )
        filling.categories.append(category)


async def _article(filling: Filling, number: int) -> Article:
    status = filling.one([ArticleStatus.PUBLISHED, ArticleStatus.PUBLISHED, *ArticleStatus])
    is_hidden = status is not ArticleStatus.PUBLISHED
    mark = CANARY if is_hidden else ""
    published_at = None if status is ArticleStatus.DRAFT else filling.moment()
    created_at = filling.moment()
    article = await Article.create(
        id=next(filling.hidden if is_hidden else filling.visible),
        slug=f"{mark}文章-{number}'\"\\{filling.one(['', 'é', '%20', '😀'])}",
        **_said(filling, mark),
        status=status,
        author=filling.one(filling.people),
        organization=filling.one(filling.organizations),
        source_published_at=filling.one([None, published_at]),
        published_at=published_at,
        listed_at=published_at or created_at,
        head_number=1 + number % 3,
        public_number=None if is_hidden else 1 + number % 2 * (number % 3),
        version=1000 + number % 4,
        public_version=1 + number % 3,
        created_at=created_at,
        updated_at=filling.moment(),
    )
    await _revisions(filling, article)
    for editor in range(number % 3):
        await ArticleEditing.create(
            article=article,
            actor_id=f"User:{CANARY}-{editor}",
            actor=CANARY,
            block=CANARY,
            since=filling.moment(),
            seen_at=filling.now + timedelta(days=1),
        )
    return article


def _said(filling: Filling, mark: str) -> dict[str, Any]:
    """What an article or a revision says."""
    text = mark + filling.one(TEXTS)
    block = {"type": "paragraph", "text": [{"text": text, "marks": ["strong"]}]}
    named = [{"id": id_, **block} for id_ in filling.one(["", "a", "ab", "ba"])]
    return {
        "title": mark + filling.one(NAMES),
        "subtitle": filling.one(["", mark]),
        "summary": mark + filling.one(TEXTS),
        "body": mark + f"<p>{filling.one(TEXTS)}</p>",
        "blocks": named,
        "plain_text": mark + filling.one(TEXTS),
        "cover": None,
        "category_id": filling.one([None, *[row.id for row in filling.categories]]),
        "tags": filling.random.sample(TAGS, filling.random.randint(0, 3)),
        "keywords": filling.random.sample(TAGS, filling.random.randint(0, 2)),
        "language": filling.one(["zh-CN", "en"]),
        "source": filling.one(TEXTS),
        "source_url": filling.one(["", f"https://example.org/?{mark}"]),
        "credits": filling.one([[], [{"role": "摄影", "name": mark + filling.one(NAMES)}]]),
        "share_title": filling.one(["", mark]),
        "share_summary": mark + filling.one(TEXTS),
        "corrections": filling.one([[], [{"at": "2026-03-01T04:00:00+00:00", "text": text}]]),
    }


async def _revisions(filling: Filling, article: Article) -> None:
    """All that is in them is hidden, but for what is public now: who sees the article need not see
    what it was, or will be."""
    said_now = {name: getattr(article, name) for name in EVERYTHING}
    for number in range(1, article.head_number + 1):
        said = said_now if number == article.public_number else _said(filling, CANARY)
        revision = await ArticleRevision.create(
            id=next(filling.hidden),
            article=article,
            number=number,
            content={name: said[name] for name in CONTENT},
            body=said["body"],
            plain_text=said["plain_text"],
            actor_id=f"User:{CANARY}",
            actor=CANARY,
            reason=f"{CANARY} {filling.one(TEXTS)}",
            created_at=filling.moment(),
        )
        if number % 2 == 0:
            await RevisionName.create(
                revision=revision, name=f"{CANARY} {number}", named_at=filling.moment()
            )


async def _campaign(filling: Filling, number: int) -> Campaign:
    starts_at = filling.moment()
    return await Campaign.create(
        title=NAMES[number % len(NAMES)],
        summary=filling.one(TEXTS),
        organization=filling.one(filling.organizations),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=filling.one([1, 8, 30])),
        goal_reads=filling.one([None, 1, 2**33, 10**18]),
        version=number + 1,
        created_at=filling.moment(),
    )


async def _carriers(filling: Filling) -> None:
    for number in range(14):
        partner = await Partner.create(
            kind=filling.one(list(PartnerKind)),
            name=NAMES[number % len(NAMES)],
            organization=filling.one(filling.organizations),
            created_at=filling.moment(),
        )
        filling.partners.append(partner)
    for number in range(22):
        account = await Account.create(
            partner=filling.one(filling.partners[:11]),
            platform=filling.one([Platform.WEIBO, Platform.WEIBO, Platform.WECHAT, Platform.OTHER]),
            external_id=f"account-{number}",
            handle=filling.one(NAMES),
            base_url=filling.one(["", "https://example.org"]),
            created_at=filling.moment(),
        )
        filling.accounts.append(account)


async def _post(filling: Filling, number: int) -> Post:
    article = filling.maybe(filling.articles)
    campaign = filling.maybe(filling.campaigns)
    account = filling.one(filling.accounts[:18])
    home: dict[str, Any] = {"organization": filling.one(filling.organizations)}
    if article is not None:
        home = {"organization_id": _organization_id(article)}
    is_hidden = article is not None and article.status is not ArticleStatus.PUBLISHED
    mark = CANARY if is_hidden else ""
    return await Post.create(
        id=next(filling.hidden if is_hidden else filling.visible),
        account=account,
        external_id=f"{mark}post-{number}",
        url=filling.one(["", f"https://example.org/?{mark}&n={number}"]),
        title=mark + filling.one(TEXTS),
        article=article,
        campaign=campaign,
        state=PostState.GONE if number % 5 == 0 else PostState.LIVE,
        posted_at=filling.moment(),
        created_at=filling.moment(),
        **home,
    )


async def _distribution(filling: Filling, number: int) -> None:
    """Each of an article and an account that no other has."""
    states = list(DistributionState)
    state = states[number % len(states)]
    has_post = state in (DistributionState.ACCEPTED, DistributionState.GONE)
    is_open = state in (DistributionState.QUEUED, DistributionState.SENT)
    await Distribution.create(
        id=next(filling.hidden),
        article=filling.articles[number],
        account=filling.one(filling.accounts),
        way=filling.one(list(DistributionWay)),
        state=state,
        package={
            "form": filling.one(["HTML", "TEXT"]),
            "title": CANARY + filling.one(TEXTS),
            "summary": CANARY,
            "body": CANARY + filling.one(TEXTS),
            "images": [f"https://example.org/{CANARY}"] * (number % 3),
            "cuts": [CANARY] * (number % 2),
        },
        note=CANARY,
        reason=CANARY,
        post=filling.posts[number] if has_post else None,
        attempts=number,
        next_at=filling.moment() if state is DistributionState.QUEUED else None,
        version=1 + number % 3,
        created_at=filling.moment(),
        answered_at=None if is_open else filling.moment(),
    )


async def _delivery(filling: Filling, number: int) -> None:
    """Some took all, some took nothing, some changed what was settled."""
    entry = {"index": number, "code": "MALFORMED", "message": f"{CANARY} {filling.one(TEXTS)}"}
    rejected = [
        {**entry, "index": 1, "itemId": f"{CANARY}-{number}", "item": filling.one(TEXTS)},
        {**entry, "index": 3, "item": CANARY},
    ][: number % 3]
    delivery = await Delivery.create(
        id=next(filling.hidden),
        partner=filling.one(filling.partners),
        source=filling.one([Source.PUSH, Source.CSV]),
        webhook_id=f"push-{number}",
        payload_sha256=bytes(32),
        items=5,
        accepted=3,
        duplicates=2 - len(rejected),
        restated=number % 2,
        rejected=rejected,
        received_at=filling.moment(),
    )
    for index in range(number % 2):
        await Restatement.create(
            delivery=delivery,
            index=index,
            post_id=filling.one(filling.posts).id,
            metric=Metric.READS,
            observed_at=filling.moment(),
            reason=f"{CANARY} {filling.one(NAMES)}",
        )


async def _webhooks(filling: Filling) -> None:
    for number in range(4):
        has_threshold = number % 2 == 1
        endpoint = await WebhookEndpoint.create(
            id=next(filling.hidden),
            url=f"https://example.org/{CANARY}/{number}",
            description=CANARY,
            events=["ENGAGEMENT_THRESHOLD"] if has_threshold else ["ARTICLE_PUBLISHED"],
            secret=b"sealed",
            threshold_kind=SubjectKind.POST if has_threshold else None,
            threshold_metric=Metric.READS if has_threshold else None,
            threshold_value=2**40 if has_threshold else None,
            disabled_at=filling.moment() if number == 2 else None,
            created_at=filling.moment(),
        )
        for at in range(number * 3):
            state = filling.one(list(MessageState))
            await WebhookMessage.create(
                id=next(filling.hidden),
                endpoint=endpoint,
                event_type=filling.one(list(WebhookEventType)),
                data={"what": CANARY, "text": filling.one(TEXTS), "n": at},
                state=state,
                attempts=at,
                next_at=filling.moment(),
                last_status=filling.one([None, 204, 500]),
                last_error=filling.one(["", CANARY]),
                created_at=filling.moment(),
                ended_at=None if state is MessageState.PENDING else filling.moment(),
            )


async def _inflation(filling: Filling) -> None:
    for number in range(12):
        state = filling.one(list(InflationState))
        is_open = state is InflationState.OPEN
        flag = await InflationFlag.create(
            id=next(filling.hidden),
            post_id=filling.one(filling.posts).id,
            kind=filling.one(list(FlagKind)),
            metric=filling.one(list(Metric)),
            bucket=filling.moment(),
            bucket_hours=number,
            observed=number * 1.5,
            low=0.25,
            high=2.0**number,
            score=number / 4,
            inputs={"what": CANARY, "text": filling.one(TEXTS), "n": number},
            rule_version=CANARY,
            found_at=filling.moment(),
            state=state,
            reason="" if is_open else CANARY,
            decided_by="" if is_open else CANARY,
            decided_at=None if is_open else filling.moment(),
        )
        if state is InflationState.CONFIRMED:
            await EngagementDiscount.create(
                id=next(filling.hidden),
                flag=flag,
                post_id=flag.post_id,
                metric=flag.metric,
                value=number + 1,
                reason=CANARY,
                confirmed_by=CANARY,
                confirmed_at=filling.moment(),
            )


async def _audit(filling: Filling) -> None:
    for number in range(24):
        await AuditEntry.create(
            id=next(filling.hidden),
            at=filling.moment(),
            actor_id=filling.one(["", f"Token:{CANARY}"]),
            actor=f"{CANARY} {filling.one(NAMES)}",
            action=filling.one(["article.publish", "token.create"]),
            subject=f"{CANARY}:{number % 5}",
            before=filling.one([None, {"what": CANARY}]),
            after=filling.one([None, {"text": filling.one(TEXTS), "n": number, "of": None}]),
            request_id=filling.one(["", CANARY]),
        )


async def _searchable(filling: Filling) -> None:
    for word, synonyms in SYNONYMS.items():
        rewritten = plain_query(word), alternatives([word, *synonyms])
        await get_connection("default").execute_query(
            "INSERT INTO search_synonym (id, word, synonyms, target, substitute, changed_at)"
            " VALUES ($1, $2, $3, $4::text::tsquery, $5::text::tsquery, $6)",
            [next(filling.hidden), word, synonyms, *rewritten, filling.moment()],
        )
    await rebuild(lambda done, of: None)


def _organization_id(article: Any) -> int:
    return int(article.organization_id)
