"""What became of an offer: it stands there, or it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q

from domain.access import Act, Kind, Scope
from domain.audit import actions as audit
from domain.changes import changing, check_version, locked, missing
from domain.distribution.access import visible
from domain.distribution.addresses import identifier_in
from domain.distribution.models import Distribution
from domain.distribution.rules import (
    DistributionState,
    DistributionWay,
    check_open,
    check_reason,
)
from domain.gates import forbidden, may_at, sees
from domain.ids import format_id
from domain.partners.models import Account
from domain.permissions import Permission, places
from domain.posts import actions as posts
from domain.posts.models import Post
from domain.problems import Conflict, Forbidden, Invalid
from domain.web_addresses import web_address

DISTRIBUTE = Permission.DISTRIBUTE_ARTICLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Where the article stands now. url: as a browser shows it. external_id: the platform's own
    identifier; read off the url where it is not given. posted_at: None is now."""

    url: str = ""
    external_id: str = ""
    posted_at: datetime | None = None


async def accept(act: Act, number: int, version: int, carried: Carried) -> None:
    """Its post is registered, or found where it was registered before, and counted from then on.

    Raises Conflict where that post carries something else.
    """
    async with _answering(act) as client:
        row, account = await _open(client, act, number, version)
        await conclude(client, act, row, account, carried)


async def refuse(act: Act, number: int, version: int, reason: str) -> None:
    """It will not stand there, and why."""
    await _end(act, number, version, DistributionState.REFUSED, reason)


async def cancel(act: Act, number: int, version: int, reason: str) -> None:
    """Taken back by those who offered it."""
    await _end(act, number, version, DistributionState.CANCELLED, reason)


async def conclude(
    client: BaseDBAsyncClient, act: Act, row: Distribution, account: Account, carried: Carried
) -> None:
    """In the caller's transaction, which holds the row and vouches for it."""
    row.post_id = await _post(client, act, row, account, carried)
    await settle(client, act, row, DistributionState.ACCEPTED, "distribution.accept")


async def settle(
    client: BaseDBAsyncClient,
    act: Act,
    row: Distribution,
    state: DistributionState,
    action: str,
    reason: str = "",
) -> None:
    """Writes its end down; the caller holds the row. One that was cancelled after a worker began to
    send it is due once more: it may stand there, and somebody has to look."""
    before = {"state": row.state}
    may_stand = state is DistributionState.CANCELLED and row.attempts > 0
    next_at = row.next_at if may_stand else None
    row.update_from_dict(
        {"state": state, "reason": reason, "next_at": next_at, "answered_at": act.now}
    )
    row.version += 1
    await row.save(using_db=client)
    after = {"state": state, **({"reason": reason} if reason else {})}
    if row.post_id is not None:
        after["post"] = format_id("Post", row.post_id)
    await audit.record(client, act, action, format_id("Distribution", row.id), before, after)


@asynccontextmanager
async def _answering(act: Act) -> AsyncIterator[BaseDBAsyncClient]:
    """One transaction of somebody who may answer somewhere. Raises Forbidden."""
    viewer = act.viewer
    is_partner = viewer.kind is Kind.PARTNER and Scope.WRITE in viewer.scopes
    if not is_partner and not places(viewer, DISTRIBUTE):
        raise Forbidden(f"this needs a role with the permission {DISTRIBUTE}, or a partner's token")
    async with changing() as client:
        yield client


async def _end(act: Act, number: int, version: int, state: DistributionState, reason: str) -> None:
    known = check_reason(reason)
    async with _answering(act) as client:
        row, _ = await _open(
            client, act, number, version, by_us=state is DistributionState.CANCELLED
        )
        action = "refuse" if state is DistributionState.REFUSED else "cancel"
        await settle(client, act, row, state, f"distribution.{action}", known)


async def _open(
    client: BaseDBAsyncClient, act: Act, number: int, version: int, *, by_us: bool = False
) -> tuple[Distribution, Account]:
    """The row, held, if it is the viewer's to answer and still open.

    by_us: not the partner's. Raises NotFound, Forbidden, Conflict.
    """
    row = await locked(client, Distribution, number)
    account = await Account.get(id=row.account_id, using_db=client)
    await row.fetch_related("article", using_db=client)
    is_ours = await may_at(client, act.viewer, DISTRIBUTE, row.article.organization_id)
    if not is_ours and (by_us or not _is_own(act, row, account)):
        if await sees(client, act.viewer, visible, row):
            raise forbidden(DISTRIBUTE, "id")
        raise missing("id", "distribution")
    check_version(row, version)
    check_open(row.state)
    return row, account


def _is_own(act: Act, row: Distribution, account: Account) -> bool:
    """Whether its partner answers what it was asked, or what it copied itself."""
    viewer = act.viewer
    return (
        viewer.kind is Kind.PARTNER
        and viewer.number == account.partner_id
        and Scope.WRITE in viewer.scopes
        and row.way is not DistributionWay.INTERFACE
    )


async def _post(
    client: BaseDBAsyncClient, act: Act, row: Distribution, account: Account, carried: Carried
) -> int:
    url = web_address(carried.url, path=("url",), longest=1000)
    external_id = carried.external_id.strip() or identifier_in(url, account.platform)
    if not url and not external_id:
        raise Invalid("give the url of the post, or its external id", path=("url",))
    names = Q(external_id=external_id) if external_id else Q(url=url)
    known = await Post.filter(names, account_id=account.id).using_db(client).first()
    if known is not None:
        return await _same(client, known, row)
    new = posts.NewPost(
        account_id=account.id,
        external_id=external_id or url[:200],
        posted_at=carried.posted_at or act.now,
        url=url,
        title=row.package["title"],
        article_id=row.article_id,
    )
    return await posts.add(client, act, new, is_pulled=bool(external_id))


async def _same(client: BaseDBAsyncClient, known: Post, row: Distribution) -> int:
    is_free = not await Distribution.filter(post_id=known.id).using_db(client).exists()
    if known.article_id != row.article_id or not is_free:
        raise Conflict(
            "this post is registered already, for something else", path=("url",), code="TAKEN"
        )
    return int(known.id)
