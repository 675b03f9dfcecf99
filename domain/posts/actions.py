"""Writes posts: the only place that does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from domain import moments, text
from domain.access import NETWORK, Act
from domain.articles.access import visible as sees_article
from domain.articles.models import Article
from domain.audit import actions as audit
from domain.campaigns.models import Campaign
from domain.changes import change, missing
from domain.engagement.actions.attribution import recompute_subjects
from domain.engagement.actions.locking import hold_totals
from domain.engagement.rules import SubjectKind
from domain.gates import own_locked, require_at, sees
from domain.ids import format_id
from domain.organizations.tree import lineage
from domain.partners.models import Account
from domain.permissions import Permission, places
from domain.posts.access import visible
from domain.posts.models import Post
from domain.posts.rules import organization_of
from domain.problems import Invalid
from domain.pulling.models import PostPull
from domain.web_addresses import web_address

REGISTER = Permission.REGISTER_POST


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """external_id: the platform's own identifier of the post. posted_at: when it appeared there.

    article_id, campaign_id: what it carries; it may belong to both, one or neither.
    repost_of_id: the post it repeats, where the platform counts its reads for that one too.
    """

    account_id: int
    external_id: str
    posted_at: datetime
    url: str = ""
    title: str = ""
    article_id: int | None = None
    campaign_id: int | None = None
    repost_of_id: int | None = None


async def register(act: Act, new: NewPost) -> int:
    """Asked about by the workers at once, where its platform has an adapter.

    Raises Conflict that names external_id when the account has this post already.
    """
    async with change(act, REGISTER) as client:
        await _check_own(client, act, new)
        return await add(client, act, new)


async def _check_own(client: BaseDBAsyncClient, act: Act, new: NewPost) -> None:
    """Who registers a post may do so where it will count. Raises NotFound, Forbidden."""
    if places(act.viewer, REGISTER) == [NETWORK]:
        return
    account = await _account(client, new.account_id)
    article = await Article.get_or_none(id=new.article_id or 0, using_db=client)
    if article is not None and not await sees(client, act.viewer, sees_article, article):
        raise missing("article_id")
    home = await _organization(client, account, new.article_id, new.campaign_id)
    given = {"article_id": new.article_id, "campaign_id": new.campaign_id}
    place = next((name for name, number in given.items() if number is not None), "account_id")
    await require_at(client, act, REGISTER, home, place)


async def add(client: BaseDBAsyncClient, act: Act, new: NewPost, *, is_pulled: bool = True) -> int:
    """Registers a post in the caller's transaction, who vouches that it may.

    is_pulled: whether its platform can be asked about it.

    Raises Invalid and NotFound before anything is written, IntegrityError for a post known already.
    """
    values = {
        "account_id": new.account_id,
        "external_id": text.line(new.external_id, path=("external_id",), longest=200),
        "url": web_address(new.url, path=("url",), longest=1000),
        "title": text.line(new.title, path=("title",), longest=300, required=False),
        "posted_at": moments.past(new.posted_at, now=act.now, path=("posted_at",)),
        "article_id": new.article_id,
        "campaign_id": new.campaign_id,
    }
    account = await _account(client, new.account_id)
    values["repost_of_id"] = await _original(client, account, new.repost_of_id)
    values["organization_id"] = await _organization(
        client, account, new.article_id, new.campaign_id
    )
    row = await Post.create(using_db=client, created_at=act.now, **values)
    if is_pulled:
        await PostPull.create(using_db=client, post=row, account=account, next_at=act.now)
    await audit.record(client, act, "post.register", format_id("Post", row.id), after=values)
    return int(row.id)


async def assign(act: Act, post_id: int, campaign_id: int | None) -> None:
    """Puts a post into a campaign, or out of any; the totals on both sides follow.

    A post of no article counts where its campaign stands, so it may change organization too.
    """
    async with change(act, REGISTER) as client:
        await hold_totals(client)
        row = await own_locked(client, act, REGISTER, Post, post_id, visible)
        account = await _account(client, row.account_id)
        before = {"campaign_id": row.campaign_id, "organization_id": row.organization_id}
        organization_id = await _organization(client, account, row.article_id, campaign_id)
        await require_at(client, act, REGISTER, organization_id, "campaign_id")
        after = {"campaign_id": campaign_id, "organization_id": organization_id}
        row.update_from_dict(after)
        await row.save(using_db=client, update_fields=list(after))
        await _recount(client, before, after)
        await audit.record(client, act, "post.assign", format_id("Post", row.id), before, after)


async def _account(client: BaseDBAsyncClient, account_id: int) -> Account:
    """With its partner. Raises NotFound."""
    account = await Account.get_or_none(id=account_id, using_db=client).select_related("partner")
    if account is None:
        raise missing("account_id")
    return account


async def _original(client: BaseDBAsyncClient, account: Account, post_id: int | None) -> int | None:
    """The post that stands at the beginning: of a repost's repost, what that one repeats.

    Raises NotFound, and Invalid for a post on another platform, which counts apart.
    """
    if post_id is None:
        return None
    row = await Post.get_or_none(id=post_id, using_db=client).select_related("account")
    if row is None:
        raise missing("repost_of_id")
    if row.account.platform is not account.platform:
        raise Invalid("A repost stands on the platform of its original.", path=("repost_of_id",))
    return int(row.repost_of_id or row.id)


async def _organization(
    client: BaseDBAsyncClient, account: Account, article_id: int | None, campaign_id: int | None
) -> int:
    """Where the post counts. Raises NotFound.

    Should the article move meanwhile, the database refuses the post: the two never differ.
    """
    return organization_of(
        article=await _home(client, Article, article_id, "article_id"),
        campaign=await _home(client, Campaign, campaign_id, "campaign_id"),
        partner=account.partner.organization_id,
    )


async def _home(
    client: BaseDBAsyncClient, model: type[Model], number: int | None, place: str
) -> int | None:
    """The organization of what the post carries; None when it carries none such."""
    if number is None:
        return None
    homes = await model.filter(id=number).using_db(client).values_list("organization_id")
    if not homes:
        raise missing(place)
    return int(homes[0][0])


async def _recount(
    client: BaseDBAsyncClient, before: dict[str, int | None], after: dict[str, int | None]
) -> None:
    """Everything that lost the post or got it; what kept it is left alone."""
    subjects = await lineage(client, before["organization_id"] or 0) ^ await lineage(
        client, after["organization_id"] or 0
    )
    campaigns = {before["campaign_id"]} ^ {after["campaign_id"]}
    subjects |= {(SubjectKind.CAMPAIGN, number) for number in campaigns if number is not None}
    await recompute_subjects(client, subjects)
