"""An article is offered to accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.articles.access import visible as sees_article
from domain.articles.models import Article
from domain.articles.rules import ArticleStatus, page_of
from domain.audit import actions as audit
from domain.changes import change
from domain.distribution.content import content_of
from domain.distribution.limits import LIMITS
from domain.distribution.models import Distribution
from domain.distribution.packages import Package, package
from domain.distribution.rules import (
    LONGEST_REASON,
    MOST_ACCOUNTS,
    DistributionState,
    DistributionWay,
    first_state,
    way_for,
)
from domain.gates import own_locked
from domain.ids import format_id
from domain.partners.models import Account
from domain.permissions import Permission
from domain.problems import Conflict, Invalid, NotFound

STANDING = (DistributionState.QUEUED, DistributionState.SENT, DistributionState.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """way: None is the best one each account has. note: what the partner is told."""

    article_id: int
    account_ids: Sequence[int]
    way: DistributionWay | None = None
    note: str = ""


async def distribute(act: Act, offer: Offer, public_url: str) -> list[int]:
    """One distribution for each account, in their order; all of them, or none.

    public_url: where this deployment's pages stand; empty: packages hold no link.
    Raises Conflict for an article that is not public, and for an account that has it already.
    """
    permission = Permission.DISTRIBUTE_ARTICLE
    async with change(act, permission) as client:
        article = await own_locked(client, act, permission, Article, offer.article_id, sees_article)
        if article.status is not ArticleStatus.PUBLISHED:
            raise Conflict("only a published article goes out", path=("id",), code="WRONG_STATUS")
        note = text.prose(offer.note, path=("note",), longest=LONGEST_REASON)
        accounts = await _accounts(client, offer.account_ids)
        await _check_free(client, article, offer.account_ids)
        content = content_of(article, _address(article, public_url))
        rows = [
            _row(act, article, account, way, note, package(content, LIMITS[account.platform]))
            for account, way in _ways(accounts, offer.way)
        ]
        return [await _store(client, act, row) for row in rows]


def _address(article: Article, public_url: str) -> str:
    return f"{public_url}{page_of(article.slug)}" if public_url else ""


async def _accounts(client: BaseDBAsyncClient, numbers: Sequence[int]) -> list[Account]:
    """In the order given. Raises Invalid, and NotFound that names the place of one."""
    if not 0 < len(numbers) <= MOST_ACCOUNTS or len(set(numbers)) < len(numbers):
        raise Invalid(
            f"give 1 to {MOST_ACCOUNTS} accounts, each once", path=("account_ids",), code="TOO_MANY"
        )
    known = {row.id: row for row in await Account.filter(id__in=numbers).using_db(client)}
    for index, number in enumerate(numbers):
        if number not in known:
            raise NotFound("there is no such account", path=("account_ids", str(index)))
    return [known[number] for number in numbers]


async def _check_free(client: BaseDBAsyncClient, article: Article, numbers: Sequence[int]) -> None:
    """The article's row is held: nobody offers it to the same account meanwhile."""
    rows = Distribution.filter(article_id=article.id, account_id__in=numbers, state__in=STANDING)
    taken = {row.account_id for row in await rows.using_db(client)}
    for index, number in enumerate(numbers):
        if number in taken:
            raise Conflict(
                "this account has the article already, or was offered it",
                path=("account_ids", str(index)),
                code="TAKEN",
            )


def _ways(
    accounts: Sequence[Account], asked: DistributionWay | None
) -> Iterator[tuple[Account, DistributionWay]]:
    for account in accounts:
        has_credential = account.credential is not None
        yield account, way_for(account.platform, asked, has_credential=has_credential)


def _row(
    act: Act, article: Article, account: Account, way: DistributionWay, note: str, made: Package
) -> Distribution:
    return Distribution(
        article_id=article.id,
        account_id=account.id,
        way=way,
        state=first_state(way),
        package=asdict(made),
        note=note,
        next_at=act.now if way is DistributionWay.INTERFACE else None,
        created_at=act.now,
    )


async def _store(client: BaseDBAsyncClient, act: Act, row: Distribution) -> int:
    await row.save(using_db=client)
    told = {
        "article": format_id("Article", row.article_id),
        "account": format_id("Account", row.account_id),
        "way": row.way,
    }
    await audit.record(
        client, act, "distribution.offer", format_id("Distribution", row.id), after=told
    )
    return int(row.id)
