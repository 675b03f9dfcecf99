"""Partners, their accounts, and the secrets they sign with."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import Act
from domain.audit.models import AuditEntry
from domain.partners import actions
from domain.partners.models import Account, Partner, SigningSecret
from domain.partners.rules import PartnerKind, Platform
from domain.partners.secrets import current_secrets, issue_secret
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.secrets import SecretBox
from tests.rows import (
    EDITOR,
    NO_SUCH,
    NOW,
    STRANGER,
    make_organization,
    make_partner,
    refused,
)

pytestmark = pytest.mark.usefixtures("database")

BOX = SecretBox(("key",))
DAY = timedelta(days=1)


def at(offset: timedelta) -> Act:
    return replace(EDITOR, now=NOW + offset)


async def partner() -> int:
    return await make_partner(await make_organization())


def account(partner_id: int, **given: object) -> actions.NewAccount:
    values: dict[str, object] = {
        "partner_id": partner_id,
        "platform": Platform.WEIBO,
        "external_id": f"of-{partner_id}",
        "handle": "@huangcun",
        **given,
    }
    return actions.NewAccount(**values)  # type: ignore[arg-type]


async def test_a_partner_is_registered() -> None:
    row = await Partner.get(id=await partner())
    assert (row.name, row.kind, row.version) == ("黄村博主", PartnerKind.BLOGGER, 1)


async def test_what_a_partner_may_not_be() -> None:
    home = await make_organization()
    new = actions.NewPartner(kind=PartnerKind.BLOGGER, name="a\x00", organization_id=home)
    async with refused(Invalid, "name", code="INVALID_TEXT"):
        await actions.register(EDITOR, new)
    async with refused(NotFound, "organization_id"):
        await actions.register(EDITOR, replace(new, name="x", organization_id=NO_SUCH))
    async with refused(Forbidden):
        await actions.register(STRANGER, replace(new, name="x"))


async def test_an_account_is_registered_and_its_credential_sealed() -> None:
    number = await actions.register_account(
        EDITOR,
        account(
            await partner(),
            platform=Platform.MASTODON,
            base_url="HTTPS://Mastodon.Example/",
            credential="platform-token",
            options={"media": True},
        ),
        BOX,
    )
    row = await Account.get(id=number)
    assert (row.base_url, row.options) == ("https://mastodon.example", {"media": True})
    assert row.credential is not None
    assert b"platform-token" not in row.credential
    assert BOX.open(row.credential) == "platform-token"
    entry = await AuditEntry.get(subject=f"Account:{number}")
    assert entry.after is not None
    assert entry.after["has_credential"] is True
    assert "platform-token" not in str(entry.after)


def test_a_credential_does_not_show_in_a_log() -> None:
    assert "platform-token" not in repr(account(1, credential="platform-token"))


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (("external_id",), "", "EMPTY"),
        (("external_id",), "a\x00", "INVALID_TEXT"),
        (("handle",), "\ud800", "INVALID_TEXT"),
        (("handle",), "x" * 201, "TOO_LONG"),
        (("base_url",), "ftp://x.example", "INVALID_URL"),
        (("base_url",), "javascript:alert(1)", "INVALID_URL"),
        (("base_url",), "https://user:pw@x.example", "INVALID_URL"),
        (("base_url",), "https://x.example/?a=1", "INVALID_URL"),
        (("credential",), "a\x00", "INVALID_TEXT"),
    ],
)
async def test_what_an_account_may_not_be(place: tuple[str], value: str, code: str) -> None:
    new = account(await partner(), **{place[0]: value})
    async with refused(Invalid, *place, code=code):
        await actions.register_account(EDITOR, new, BOX)


@pytest.mark.parametrize("value", [[1], {"a": 1}, 1.5, None, "a\x00", 2**60])
async def test_an_option_is_something_plain(value: object) -> None:
    new = account(await partner(), options={"media": value})
    with pytest.raises(Invalid) as caught:
        await actions.register_account(EDITOR, new)
    assert caught.value.path == ("options", "media")


async def test_a_platform_of_many_servers_needs_one() -> None:
    new = account(await partner(), platform=Platform.MASTODON)
    async with refused(Invalid, "base_url", code="INVALID_URL"):
        await actions.register_account(EDITOR, new)


async def test_an_account_belongs_to_a_partner_and_only_once() -> None:
    new = account(await partner())
    await actions.register_account(EDITOR, new)
    async with refused(Conflict, "external_id", code="TAKEN"):
        await actions.register_account(EDITOR, new)
    async with refused(NotFound, "partner_id"):
        await actions.register_account(EDITOR, account(NO_SUCH))
    async with refused(Forbidden):
        await actions.register_account(STRANGER, account(new.partner_id, external_id="x"))


async def test_a_credential_is_never_stored_unsealed() -> None:
    new = account(await partner(), credential="platform-token")
    with pytest.raises(ValueError, match="secret box"):
        await actions.register_account(EDITOR, new)
    assert not await Account.filter(partner_id=new.partner_id).exists()


# signing secrets


async def test_a_secret_is_shown_once_and_stored_sealed() -> None:
    number = await partner()
    secret = await issue_secret(EDITOR, BOX, number)
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    row = await SigningSecret.get(partner_id=number)
    assert secret.encode() not in row.secret
    assert await current_secrets(BOX, number, now=NOW) == [secret]
    entries = await AuditEntry.filter(subject=f"Partner:{number}", action="partner.issue_secret")
    assert len(entries) == 1
    assert secret.removeprefix("whsec_") not in str(entries[0].after)


async def test_after_a_rotation_the_older_secret_holds_for_a_day() -> None:
    number = await partner()
    older = await issue_secret(EDITOR, BOX, number)
    newer = await issue_secret(at(DAY), BOX, number)
    assert await current_secrets(BOX, number, now=NOW + DAY) == [newer, older]
    just_before = NOW + 2 * DAY - timedelta(seconds=1)
    assert await current_secrets(BOX, number, now=just_before) == [newer, older]
    assert await current_secrets(BOX, number, now=NOW + 2 * DAY) == [newer]


async def test_the_overlap_can_be_told() -> None:
    number = await partner()
    first = await issue_secret(EDITOR, BOX, number)
    second = await issue_secret(EDITOR, BOX, number, overlap=timedelta(hours=1))
    third = await issue_secret(EDITOR, BOX, number, overlap=timedelta(0))
    assert await current_secrets(BOX, number, now=NOW) == [third]
    assert len({first, second, third}) == 3
    async with refused(Invalid, "overlap", code="OUT_OF_RANGE"):
        await issue_secret(EDITOR, BOX, number, overlap=timedelta(days=31))
    async with refused(Invalid, "overlap", code="OUT_OF_RANGE"):
        await issue_secret(EDITOR, BOX, number, overlap=timedelta(seconds=-1))


async def test_a_longer_overlap_never_revives_an_older_secret() -> None:
    number = await partner()
    first = await issue_secret(EDITOR, BOX, number)
    second = await issue_secret(EDITOR, BOX, number, overlap=timedelta(hours=1))
    third = await issue_secret(EDITOR, BOX, number, overlap=DAY)
    assert await current_secrets(BOX, number, now=NOW + timedelta(hours=2)) == [third, second]
    assert first not in await current_secrets(BOX, number, now=NOW + timedelta(hours=1))


async def test_rotations_at_once_leave_one_secret_without_an_end() -> None:
    number = await partner()
    await asyncio.gather(*(issue_secret(EDITOR, BOX, number) for _ in range(4)))
    assert await SigningSecret.filter(partner_id=number, expires_at=None).count() == 1


async def test_secrets_are_issued_by_administrators_to_partners() -> None:
    async with refused(NotFound, "id"):
        await issue_secret(EDITOR, BOX, NO_SUCH)
    number = await partner()
    async with refused(Forbidden):
        await issue_secret(STRANGER, BOX, number)
    assert await current_secrets(BOX, NO_SUCH, now=NOW) == []


async def test_a_secret_of_a_lost_key_is_left_out() -> None:
    number = await partner()
    await issue_secret(EDITOR, SecretBox(("lost",)), number)
    kept = await issue_secret(EDITOR, BOX, number)
    assert await current_secrets(BOX, number, now=NOW) == [kept]
