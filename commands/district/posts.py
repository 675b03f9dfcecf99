"""Where each topic was posted: once and only once, so that its counters count once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from commands.district.campaigns import CampaignRow
from commands.district.carriers import AccountRow, Carriers
from commands.district.names import spread
from commands.district.newsroom import ArticleRow
from commands.district.timeline import Timeline
from domain.partners.rules import PartnerKind, Platform

MASTODON_PERCENT = 10
BLOGGER_PERCENT = 15
OWN_PERCENT = 35


@dataclass(frozen=True, slots=True)
class PostRow:
    """article: None for a post of a campaign alone, which no platform tells about."""

    id: int
    account: AccountRow
    external_id: str
    url: str
    title: str
    article: ArticleRow | None
    campaign_id: int | None
    organization_id: int
    posted_at: datetime

    @property
    def is_pulled(self) -> bool:
        return self.article is not None


def posts(
    articles: list[ArticleRow],
    found: Carriers,
    campaigns: list[CampaignRow],
    timeline: Timeline,
) -> list[PostRow]:
    """One post of every article, and one of a campaign on every Toutiao account."""
    accounts = _Accounts(found)
    rows = _of_articles(articles, accounts, campaigns, timeline)
    return rows + _of_campaigns(accounts.telling_nothing, campaigns, first_id=len(rows) + 1)


def _of_articles(
    articles: list[ArticleRow],
    accounts: _Accounts,
    campaigns: list[CampaignRow],
    timeline: Timeline,
) -> list[PostRow]:
    campaign_of = {subject: row.id for row in campaigns for subject in row.subjects}
    rows: list[PostRow] = []
    for article in articles:
        account = accounts.carrying(article)
        row = PostRow(
            id=len(rows) + 1,
            account=account,
            external_id=article.topic.key,
            url=_url(article, account),
            title=article.topic.title,
            article=article,
            campaign_id=campaign_of.get(article.topic.subject),
            organization_id=article.author.organization_id,
            posted_at=timeline.posted_at(article.topic),
        )
        rows.append(row)
    return rows


def _of_campaigns(
    accounts: list[AccountRow], campaigns: list[CampaignRow], *, first_id: int
) -> list[PostRow]:
    rows: list[PostRow] = []
    for number, account in enumerate(accounts):
        campaign = campaigns[number % len(campaigns)]
        row = PostRow(
            id=first_id + number,
            account=account,
            external_id=f"demo-post-{number + 1:03}",
            url="",
            title=f"{campaign.title}预告",
            article=None,
            campaign_id=campaign.id,
            organization_id=campaign.organization_id,
            posted_at=campaign.starts_at,
        )
        rows.append(row)
    return rows


class _Accounts:
    """Which account carries an article: decided by the topic and its media centre."""

    def __init__(self, found: Carriers) -> None:
        self._own = found.by_organization
        self._government = found.accounts_of(PartnerKind.GOVERNMENT_MEDIA, Platform.WEIBO)
        self._bloggers = found.accounts_of(PartnerKind.BLOGGER, Platform.WEIBO)
        self._federated = found.accounts_of(PartnerKind.SELF_MEDIA, Platform.MASTODON)
        self.telling_nothing = found.accounts_of(PartnerKind.SELF_MEDIA, Platform.TOUTIAO)

    def carrying(self, article: ArticleRow) -> AccountRow:
        key = article.topic.key
        percent = spread(f"carried:{key}", 100)
        if percent < MASTODON_PERCENT:
            return _choice(self._federated, key)
        if percent < MASTODON_PERCENT + BLOGGER_PERCENT:
            return _choice(self._bloggers, key)
        if percent < MASTODON_PERCENT + BLOGGER_PERCENT + OWN_PERCENT:
            return self._own[article.author.organization_id]
        return _choice(self._government, key)


def _choice(accounts: Sequence[AccountRow], key: str) -> AccountRow:
    return accounts[spread(f"account:{key}", len(accounts))]


def _url(article: ArticleRow, account: AccountRow) -> str:
    """The topic's own page on Weibo; on Mastodon, of the sandbox's server that does not exist."""
    if account.platform is Platform.MASTODON:
        name = account.handle.partition("@")[0]
        return f"{account.base_url}/@{name}/{article.topic.key}"
    return f"https://s.weibo.com/weibo?q={quote(f'#{article.topic.title}#')}"
