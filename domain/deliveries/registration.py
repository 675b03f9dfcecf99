"""Posts that a sender speaks of and nobody registered: made known, where it asked for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.deliveries.posts import KnownPost, KnownPosts
from domain.deliveries.rules import Fault, PostName, Rejection
from domain.partners.models import Account
from domain.posts.actions import NewPost, add
from domain.problems import Invalid


@dataclass(frozen=True, slots=True)
class Unregistered:
    """A post to register. seen_at: when it was there at the latest."""

    name: PostName
    seen_at: datetime


class Registrar:
    """Registers posts on the accounts of one partner."""

    def __init__(
        self, client: BaseDBAsyncClient, act: Act, accounts: Sequence[Account], posts: KnownPosts
    ) -> None:
        self._client = client
        self._act = act
        self._accounts = accounts
        self._posts = posts

    async def register(self, asked: Unregistered) -> int | Fault:
        """Its number, or why it cannot be registered; then nothing was written."""
        name = asked.name
        account = account_of(name, self._accounts)
        if isinstance(account, Fault):
            return account
        if not name.url:
            return Fault(Rejection.INVALID_POST, "An unknown post is registered by its url.")
        new = NewPost(
            account_id=account.id,
            external_id=name.external_id or name.url,
            posted_at=name.posted_at or asked.seen_at,
            url=name.url,
            title=name.title,
        )
        try:
            # One known by its address only has no id its platform could be asked by.
            is_pulled = bool(name.external_id)
            number = await add(self._client, self._act, new, is_pulled=is_pulled)
        except Invalid as problem:
            return Fault(Rejection.INVALID_POST, f"{problem.path[-1]}: {problem.message}")
        self._posts.add(_known(number, account, new))
        return number


async def accounts_of(client: BaseDBAsyncClient, partner_id: int) -> list[Account]:
    return await Account.filter(partner_id=partner_id).using_db(client).order_by("id")


def account_of(name: PostName, accounts: Sequence[Account]) -> Account | Fault:
    """The one account on which a post of this name can stand."""
    found = [
        account
        for account in accounts
        if account.platform is name.platform
        and name.base_url in (None, account.base_url)
        and name.account in ("", account.external_id, account.handle)
    ]
    if not found:
        return Fault(Rejection.UNKNOWN_ACCOUNT, "There is no such account to register it on.")
    if len(found) > 1:
        return Fault(
            Rejection.AMBIGUOUS_ACCOUNT,
            "It may stand on several accounts: say which, in account.",
        )
    return found[0]


def _known(number: int, account: Account, new: NewPost) -> KnownPost:
    return KnownPost(
        id=number,
        platform=account.platform,
        base_url=account.base_url,
        account=account.external_id,
        handle=account.handle,
        external_id=new.external_id,
        url=new.url,
    )
