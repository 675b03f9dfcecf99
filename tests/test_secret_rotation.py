"""Every secret comes to stand on the new key, and is read with it alone."""

from __future__ import annotations

import base64

import pytest
from tortoise.connection import get_connection

import domain.sealed
from domain.audit.models import AuditEntry
from domain.partners.models import Account
from domain.partners.secrets import current_secrets, issue_secret
from domain.problems import Forbidden
from domain.pulling.actions.accounts import keep_renewed, set_credential
from domain.sealed import PLACES, Standing, rotate, standing
from domain.secrets import SecretBox, Stand
from domain.webhooks import actions as webhooks
from domain.webhooks.models import WebhookEndpoint
from domain.webhooks.rules import WebhookEventType
from tests.rows import EDITOR, NOW, STRANGER, World, make_world, nothing_written

pytestmark = pytest.mark.usefixtures("database")

OLD, BOTH, NEW = SecretBox(("old",)), SecretBox(("new", "old")), SecretBox(("new",))
NOT_SEALED = {
    ("preview_link", "sha256"),
    ("review_invitation", "sha256"),
    ("site_import", "sha256"),
    ("audit_link", "hash"),
    ("audit_link", "previous"),
    ("delivery", "payload_sha256"),
    ("raw_body", "body"),
    ("raw_body", "sha256"),
    ("recovery_code", "sha256"),
    ("sign_in_attempt", "key"),
    ("token", "sha256"),
    ("user_link", "sha256"),
    ("user_session", "sha256"),
}
"""Columns of bytes that hold no secret."""


def silent(done: int, of: int) -> None:
    assert done <= of


def credential_of(account: Account) -> bytes:
    assert account.credential is not None
    return bytes(account.credential)


def webhook_secret(letter: bytes) -> str:
    return "whsec_" + base64.b64encode(letter * 32).decode()


async def fill(box: SecretBox, number: int) -> World:
    """One secret in each place."""
    world = await make_world()
    await set_credential(EDITOR, world.account_id, f"credential {number}", box)
    await issue_secret(EDITOR, box, world.partner_id, random=lambda size: b"s" * size)
    new = webhooks.NewEndpoint(
        url="https://example.org/hook",
        events=[WebhookEventType.ARTICLE_PUBLISHED],
        secret=webhook_secret(b"a"),
    )
    endpoint = await webhooks.register(EDITOR, new, box)
    await webhooks.rotate(EDITOR, endpoint, webhook_secret(b"b"), box)
    return world


async def test_the_old_key_may_go_when_all_stand_on_the_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(domain.sealed, "PORTION", 2)
    worlds = [await fill(OLD, number) for number in range(3)]
    worlds.append(await fill(NEW, 3))
    assert await standing(BOTH, report=silent) == Standing(current=4, older=12)
    async with nothing_written():
        with pytest.raises(ValueError, match="no secret key in use opens this"):
            NEW.open(credential_of(await Account.get(id=worlds[0].account_id)))
    assert await rotate(EDITOR, BOTH, report=silent) == 12
    assert await standing(NEW, report=silent) == Standing(current=16)
    for number, world in enumerate(worlds):
        account = await Account.get(id=world.account_id)
        assert NEW.open(credential_of(account)) == f"credential {number}"
        (secret,) = await current_secrets(NEW, world.partner_id, now=NOW)
        assert secret == webhook_secret(b"s")
    for endpoint in await WebhookEndpoint.all():
        assert NEW.open(bytes(endpoint.secret)) == webhook_secret(b"b")
        assert NEW.open(bytes(endpoint.older_secret or b"")) == webhook_secret(b"a")
    told = [entry.after for entry in await AuditEntry.filter(action="secrets.rotate")]
    assert sum(each["secrets"] for each in told if each) == 12
    async with nothing_written():
        assert await rotate(EDITOR, BOTH, report=silent) == 0


async def test_an_interrupted_rotation_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain.sealed, "PORTION", 1)
    before = (await standing(BOTH, report=silent)).current
    for number in range(3):
        await fill(OLD, number)

    def interrupt(done: int, of: int) -> None:
        if done == before // 4 + 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rotate(EDITOR, BOTH, report=interrupt)
    assert await standing(BOTH, report=silent) == Standing(current=before + 2, older=10)
    assert await rotate(EDITOR, BOTH, report=silent) == 10
    assert await standing(NEW, report=silent) == Standing(current=before + 12)


async def test_what_is_replaced_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    world = await fill(OLD, 0)
    replaced = NEW.seal("replaced meanwhile")
    original = domain.sealed._reseal

    async def slow(client: object, box: SecretBox, secret: domain.sealed.Secret) -> int:
        if secret.place.table == "account":
            await get_connection("default").execute_query(
                "UPDATE account SET credential = $1 WHERE id = $2", [replaced, secret.number]
            )
        return await original(client, box, secret)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(domain.sealed, "_reseal", slow)
    assert await rotate(EDITOR, BOTH, report=silent) == 3
    account = await Account.get(id=world.account_id)
    assert NEW.open(credential_of(account)) == "replaced meanwhile"


async def test_a_renewed_credential_is_kept_though_the_known_one_was_sealed_anew() -> None:
    world = await fill(OLD, 7)
    known = credential_of(await Account.get(id=world.account_id))
    await rotate(EDITOR, BOTH, report=silent)
    fresh = NEW.seal("renewed")
    assert await keep_renewed(EDITOR, world.account_id, known, fresh, BOTH)
    account = await Account.get(id=world.account_id)
    assert NEW.open(credential_of(account)) == "renewed"
    async with nothing_written():
        assert not await keep_renewed(EDITOR, world.account_id, known, fresh, BOTH)


async def test_what_no_key_opens_is_named_and_left() -> None:
    world = await fill(SecretBox(("lost",)), 0)
    async with nothing_written():
        assert await rotate(EDITOR, BOTH, report=silent) == 0
    found = await standing(BOTH, report=silent)
    assert len(found.unreadable) == 4
    assert found.unreadable[0] == f"Account:{world.account_id} credential"
    await rotate(EDITOR, SecretBox(("new", "lost")), report=silent)


async def test_only_an_administrator_rotates() -> None:
    await fill(OLD, 0)
    async with nothing_written():
        with pytest.raises(Forbidden):
            await rotate(STRANGER, BOTH, report=silent)
    await rotate(EDITOR, BOTH, report=silent)


async def test_no_sealed_column_is_forgotten() -> None:
    rows = await get_connection("default").execute_query_dict(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'bytea'"
        " AND table_name NOT LIKE 'observation%'"
    )
    found = {(row["table_name"], row["column_name"]) for row in rows}
    assert found - NOT_SEALED == {(place.table, place.column) for place in PLACES}


def test_which_key_a_secret_stands_on() -> None:
    assert BOTH.stand_of(NEW.seal("x")) is Stand.CURRENT
    assert BOTH.stand_of(OLD.seal("x")) is Stand.OLDER
    assert BOTH.stand_of(b"nonsense") is Stand.UNREADABLE
