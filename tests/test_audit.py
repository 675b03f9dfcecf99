"""The audit trail: one entry for each action, in its transaction, never altered."""

from __future__ import annotations

import pytest
from tortoise.exceptions import OperationalError

from domain.articles import actions as articles
from domain.audit.access import visible
from domain.audit.actions import changed, record
from domain.audit.models import AuditEntry
from domain.database import transaction
from domain.organizations import actions as organizations
from tests.rows import (
    EDITOR,
    NOW,
    STRANGER,
    make_article,
    make_organization,
    make_post,
    make_world,
    nothing_written,
)

pytestmark = pytest.mark.usefixtures("database")


async def test_an_entry_says_who_did_what_and_why() -> None:
    root = await make_organization()
    await organizations.rename(EDITOR, root, 1, "新名")
    made, renamed = await AuditEntry.filter(subject=f"Organization:{root}").order_by("id")
    assert made.action == "organization.create"
    assert not made.before
    assert made.after == {"kind": "CENTRE", "name": "大兴中心", "parent_id": None}
    assert (renamed.action, renamed.actor, renamed.at) == ("organization.rename", "editor", NOW)
    assert (renamed.before, renamed.after) == ({"name": "大兴中心"}, {"name": "新名"})
    assert renamed.request_id == "request-1"


async def test_an_edit_tells_only_what_changed() -> None:
    world = await make_world()
    number = await make_article(world, title="旧", summary="同")
    changes = articles.ArticleChanges(title="新", summary="同")
    await articles.update(EDITOR, number, 1, changes)
    entry = await AuditEntry.get(subject=f"Article:{number}", action="article.update")
    assert entry.before == {"title": "旧", "head_number": 1}
    assert entry.after == {"title": "新", "head_number": 2}


async def test_every_action_leaves_one_entry() -> None:
    world = await make_world()
    number = await make_article(world)
    await articles.publish(EDITOR, number, 1)
    await articles.withdraw(EDITOR, number, 2)
    post = await make_post(world.account_id, article_id=number)
    subjects = [
        f"Organization:{world.organization_id}",
        f"Person:{world.person_id}",
        f"Partner:{world.partner_id}",
        f"Account:{world.account_id}",
        f"Article:{number}",
        f"Post:{post}",
    ]
    entries = await AuditEntry.filter(subject__in=subjects).order_by("id")
    assert [entry.action for entry in entries] == [
        "organization.create",
        "partner.register",
        "person.create",
        "account.register",
        "article.create",
        "article.publish",
        "article.withdraw",
        "post.register",
    ]


async def test_an_entry_falls_with_its_transaction() -> None:
    async with nothing_written():
        with pytest.raises(RuntimeError):
            await record_and_fail()


async def record_and_fail() -> None:
    async with transaction() as client:
        await record(client, EDITOR, "test.fail", "Test:1")
        await record(None, EDITOR, "test.fail", "Test:1")
        raise RuntimeError


async def test_history_is_not_altered() -> None:
    await make_organization()
    async with nothing_written():
        with pytest.raises(OperationalError, match="permission denied for table audit_entry"):
            await AuditEntry.all().update(actor="somebody else")
        with pytest.raises(OperationalError, match="permission denied for table audit_entry"):
            await AuditEntry.all().delete()


def test_what_changed() -> None:
    assert changed({"a": 1, "b": 2}, {"a": 1, "b": 3}) == ({"b": 2}, {"b": 3})


def test_only_administrators_read_it() -> None:
    assert visible(STRANGER.viewer).sql == "FALSE"
    assert visible(EDITOR.viewer).sql == "TRUE"
