"""How an account's pulls are going, in the graph; and what a person does about it."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

import cli
from domain.access import SYSTEM, Act, Role
from domain.partners.models import Account
from domain.partners.rules import Platform
from domain.pulling.actions.answers import Told, complete
from domain.pulling.actions.archive import GivenAnswer
from domain.pulling.actions.failures import fail
from domain.pulling.actions.posts import mark_gone
from domain.pulling.budgets import reserve
from domain.pulling.due import DuePost
from domain.pulling.models import AccountPull
from domain.pulling.rules import UNTIL_A_PERSON_ACTS, BudgetRule, FailureKind, Rhythm, window_of
from domain.pulling.schedule import Manner
from domain.tokens import actions as tokens
from tests.graph import KEY, Graph, graph
from tests.platforms import BOX, make_account, make_partner, make_post
from tests.pulling.world import sql

STATUS = """query($id: ID!) { account(id: $id) { handle pullStatus {
    lastSuccessAt nextDueAt pausedUntil failures lastFailure { at reason kind }
    budget { scope used units windowEndsAt } postsDue postsGone } } }"""
CHANGE = """mutation($input: %sInput!) { %s(input: $input) {
    ... on AccountPayload { account { id pullStatus { pausedUntil failures } } }
    ... on Problem { code path } } }"""
RESUME = CHANGE % ("ResumeAccount", "resumeAccount")
SET = CHANGE % ("SetAccountCredential", "setAccountCredential")
ALLOWANCE = BudgetRule("weibo:account:status", 100, reserve=20)
LAST_ACTS = (
    "SELECT action FROM (SELECT id, action FROM audit_entry ORDER BY id DESC LIMIT 2) last"
    " ORDER BY id"
)
_numbers = count(1)


@dataclass
class World:
    graph: Graph
    token: str
    account_id: int
    now: datetime

    @property
    def id(self) -> str:
        return f"Account:{self.account_id}"

    async def status(self) -> Any:
        answer = await self.graph.ask(STATUS, token=self.token, id=self.id)
        return answer["account"]["pullStatus"]

    def answer(self) -> GivenAnswer:
        return GivenAnswer(self.account_id, Platform.WEIBO, "GET /", 200, b"[]", self.now)

    async def expire(self) -> None:
        kind, reason = FailureKind.EXPIRED, "Weibo error 21327, HTTP 401"
        await fail(self.account_id, kind, reason, now=self.now, chance=0.5)


@pytest_asyncio.fixture(loop_scope="module")
async def world(database_url: str) -> AsyncIterator[World]:
    now = datetime.now(UTC).replace(microsecond=0)
    async with graph(database_url) as opened:
        partner_id = await make_partner(now)
        name = f"status-{next(_numbers)}"
        account_id = await make_account(partner_id, name, now, token="media-1")
        _, token = await tokens.create(Act(SYSTEM, now), "tests", Role.ADMINISTRATOR, None)
        yield World(opened, token, account_id, now)


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


async def test_before_the_first_pull_there_is_nothing_to_tell(world: World) -> None:
    assert await world.status() is None


async def test_what_a_pull_did_and_will_do_is_told(world: World) -> None:
    numbers = [await make_post(world.account_id, str(n), world.now) for n in range(4)]
    posts = [DuePost(number, str(number), world.now, "", 0, None) for number in numbers[:2]]
    await reserve(ALLOWANCE._replace(cost=7), world.now)
    await complete([Told(world.answer(), posts, [])], Manner(Rhythm(), 300), ALLOWANCE)
    await mark_gone(Act(SYSTEM, world.now), numbers[3], world.answer())
    assert await world.status() == {
        "lastSuccessAt": moment(world.now),
        "nextDueAt": moment(world.now),
        "pausedUntil": None,
        "failures": 0,
        "lastFailure": None,
        "budget": {
            "scope": "weibo:account:status",
            "used": 7,
            "units": 80,
            "windowEndsAt": moment(window_of(ALLOWANCE, world.now).ends_at),
        },
        "postsDue": 1,
        "postsGone": 1,
    }
    until = world.now + timedelta(hours=1)
    kind, reason = FailureKind.THROTTLED, "HTTP 429"
    await fail(world.account_id, kind, reason, now=world.now, chance=0.5, until=until)
    told = await world.status()
    assert told["pausedUntil"] == moment(until)
    assert told["lastFailure"] == {"at": moment(world.now), "reason": reason, "kind": "THROTTLED"}


async def test_it_is_read_with_the_account_and_by_administrators_only(world: World) -> None:
    await world.expire()
    before = len(world.graph.statements)
    assert (await world.status())["failures"] == 1
    assert len(world.graph.statements) == before + 1
    error = await world.graph.error(STATUS, id=world.id)
    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_a_person_resumes_an_account(world: World) -> None:
    await world.expire()
    error = await world.graph.error(RESUME, input={"id": world.id})
    assert error["extensions"] == {"code": "FORBIDDEN"}
    unknown = await world.graph.ask(RESUME, token=world.token, input={"id": "Account:99999"})
    assert unknown["resumeAccount"] == {"code": "NOT_FOUND", "path": ["input", "id"]}
    state = await AccountPull.get(account_id=world.account_id)
    assert (state.paused_until, state.failures) == (UNTIL_A_PERSON_ACTS, 1)
    done = await world.graph.ask(RESUME, token=world.token, input={"id": world.id})
    status = {"pausedUntil": None, "failures": 0}
    assert done["resumeAccount"] == {"account": {"id": world.id, "pullStatus": status}}


async def test_a_new_credential_ends_the_pause_of_an_expired_one(world: World) -> None:
    await world.expire()
    parts = json.dumps({"access_token": "fresh", "refresh_token": "longer"})
    for wrong, code in (("", "EMPTY"), ("{", "INVALID"), ('{"access_token": 7}', "INVALID")):
        given = {"id": world.id, "credential": wrong}
        refused = await world.graph.ask(SET, token=world.token, input=given)
        assert refused["setAccountCredential"]["code"] == code
    given = {"id": world.id, "credential": parts}
    error = await world.graph.error(SET, input=given)
    assert error["extensions"] == {"code": "FORBIDDEN"}
    row = await Account.get(id=world.account_id)
    assert BOX.open(row.credential or b"") == "media-1"
    done = await world.graph.ask(SET, token=world.token, input=given)
    assert done["setAccountCredential"]["account"]["pullStatus"]["pausedUntil"] is None
    row = await Account.get(id=world.account_id)
    sealed = BOX.open(row.credential or b"")
    assert json.loads(sealed) == json.loads(parts)
    entries = await sql("SELECT * FROM audit_entry WHERE subject = $1 ORDER BY id", world.id)
    assert entries[-1]["action"] == "account.set_credential"
    assert "fresh" not in str(entries)


async def test_a_new_credential_leaves_other_pauses_alone(world: World) -> None:
    kind, until = FailureKind.THROTTLED, world.now + timedelta(hours=1)
    await fail(world.account_id, kind, "HTTP 429", now=world.now, chance=0.5, until=until)
    given = {"id": world.id, "credential": "other"}
    await world.graph.ask(SET, token=world.token, input=given)
    assert (await world.status())["pausedUntil"] == moment(until)


def test_by_command(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("XINFENG_SECRET_KEY", KEY)
    assert cli.run(["psql", "--", "-qtAc", "SELECT max(id) FROM account"]) == 0
    account = f"Account:{capfd.readouterr().out.strip()}"
    monkeypatch.setattr("sys.stdin", io.StringIO("by-hand\n"))
    assert cli.run(["account", "credential", account]) == 0
    assert cli.run(["account", "resume", account]) == 0
    assert cli.run(["psql", "--", "-qtAc", LAST_ACTS]) == 0
    assert capfd.readouterr().out.split() == ["account.set_credential", "account.resume"]
    for command in ("credential", "resume"):
        monkeypatch.setattr("sys.stdin", io.StringIO("by-hand\n"))
        assert cli.run(["account", command, "Account:999999"]) == 1
        assert "there is no such account" in capfd.readouterr().err
        assert cli.run(["account", command, "Partner:1"]) == 1
