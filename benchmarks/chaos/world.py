"""The same topics twice: on accounts that are pulled, and on accounts whose partner pushes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.access import SYSTEM, Act
from domain.database import transaction
from domain.organizations import actions as organizations
from domain.organizations.rules import OrganizationKind
from domain.partners import actions as partners
from domain.partners.rules import PartnerKind, Platform
from domain.partners.secrets import issue_secret
from domain.secrets import SecretBox

ACCOUNTS = 4
PUSHED = Platform.KUAISHOU
"""A platform nobody asks: what stands there, only the push can have told."""

POSTS = """
WITH posted AS (
    INSERT INTO post (account_id, external_id, url, title, state, posted_at, created_at,
        organization_id)
    SELECT account.id, topic, '', '', 'LIVE', $3, $4, partner.organization_id
    FROM account JOIN partner ON partner.id = account.partner_id, unnest($2::text[]) topic
    WHERE account.id = $1 RETURNING id, account_id
)
INSERT INTO post_pull (post_id, account_id, next_at, missed)
SELECT id, account_id, $4, 0 FROM posted
"""
"""Thousands at once; one by one, with an entry of the audit each, they would take minutes."""


@dataclass(frozen=True, slots=True)
class World:
    """secret: the pushing partner's."""

    pulled: int
    pushed: int
    secret: str


async def make(topics: Sequence[str], box: SecretBox, report: Callable[[int, int], None]) -> World:
    """Stands on an empty, migrated database that Tortoise is opened on. report: topics done, of."""
    act = Act(SYSTEM, datetime.now(UTC))
    centre = organizations.NewOrganization(kind=OrganizationKind.CENTRE, name="混沌中心")
    organization_id = await organizations.create(act, centre)
    pulled = await _partner(act, organization_id, "一位博主")
    pushed = await _partner(act, organization_id, "一家平台")
    for number in range(ACCOUNTS):
        own = topics[number::ACCOUNTS]
        await _account(act, pulled, Platform.WEIBO, f"pulled-{number}", own, box)
        await _account(act, pushed, PUSHED, f"pushed-{number}", own, box)
        report(len(topics) * (number + 1) // ACCOUNTS, len(topics))
    return World(pulled, pushed, await issue_secret(act, box, pushed))


async def _partner(act: Act, organization_id: int, name: str) -> int:
    new = partners.NewPartner(
        kind=PartnerKind.SELF_MEDIA, name=name, organization_id=organization_id
    )
    return await partners.register(act, new)


async def _account(
    act: Act,
    partner_id: int,
    platform: Platform,
    name: str,
    topics: Sequence[str],
    box: SecretBox,
) -> None:
    new = partners.NewAccount(
        partner_id=partner_id,
        platform=platform,
        external_id=name,
        handle=name,
        credential=f"media-{name}",
        options={"media": True},
    )
    account_id = await partners.register_account(act, new, box)
    async with transaction() as client:
        posted_at = act.now - timedelta(hours=1)
        await client.execute_query(POSTS, [account_id, list(topics), posted_at, act.now])
