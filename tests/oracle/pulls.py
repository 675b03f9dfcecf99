"""How an account's pulls are going, put together from whole tables in Python."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

from domain.partners.models import Account
from domain.posts.models import Post
from domain.posts.rules import PostState
from domain.pulling.models import AccountPull, Budget, PostPull
from domain.pulling.rules import UNTIL_A_PERSON_ACTS, FailureKind
from tests.oracle.asked import Asked
from tests.oracle.sight import sees
from tests.oracle.tables import Row


async def fill_pulls(random: Random, accounts: list[Account], posts: list[Post]) -> None:
    """Some accounts were never asked, some failed, some have an allowance nobody used yet."""
    for number, account in enumerate(accounts[:16]):
        has_budget, has_failed = number % 3 > 0, number % 4 > 0
        at = account.created_at
        await AccountPull.create(
            account=account,
            failures=number % 5,
            paused_until=random.choice([None, at, UNTIL_A_PERSON_ACTS]),
            last_success_at=random.choice([None, at]),
            last_failure_at=at if has_failed else None,
            last_failure="HTTP 503" if has_failed else "",
            last_failure_kind=random.choice(list(FailureKind)) if has_failed else "",
            budget_scope=f"scope:{number % 6}" if has_budget else "",
            budget_units=100 if has_budget else None,
            budget_starts_at=at if has_budget else None,
            budget_ends_at=at if has_budget else None,
        )
        if number % 3 == 1:
            await Budget.get_or_create(
                scope=f"scope:{number % 6}", window_starts_at=at, defaults={"used": number}
            )
    for post in posts[::2]:
        next_at = random.choice([post.posted_at, UNTIL_A_PERSON_ACTS])
        await PostPull.create(post=post, account_id=_account_id(post), next_at=next_at)


def pull_status(asked: Asked, account: Row) -> SimpleNamespace | None:
    row = asked.tables.pulls.get(account.id)
    if row is None or not sees(asked.tables, row, asked.viewer):
        return None
    due = [each.next_at for each in asked.tables.due if each.account_id == account.id]
    posts = asked.tables.nouns["Post"].values()
    is_paused = row.paused_until is not None and row.paused_until > asked.now
    return SimpleNamespace(
        last_success_at=row.last_success_at,
        next_due_at=min(due, default=None),
        paused_until=row.paused_until if is_paused else None,
        failures=row.failures,
        last_failure=_failure(row),
        budget=_budget(asked, row),
        posts_due=sum(moment <= asked.now for moment in due),
        posts_gone=sum(
            post.account_id == account.id and post.state is PostState.GONE for post in posts
        ),
    )


def _failure(row: Any) -> SimpleNamespace | None:
    if not row.last_failure_kind:
        return None
    return SimpleNamespace(
        at=row.last_failure_at, reason=row.last_failure, kind=row.last_failure_kind
    )


def _budget(asked: Asked, row: Any) -> SimpleNamespace | None:
    if row.budget_units is None:
        return None
    used = asked.tables.budgets.get((row.budget_scope, row.budget_starts_at), 0)
    return SimpleNamespace(
        scope=row.budget_scope, used=used, units=row.budget_units, window_ends_at=row.budget_ends_at
    )


def _account_id(post: Any) -> int:
    return int(post.account_id)
