"""What a pull makes of a platform that does not answer as it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.connection import get_connection

from domain.access import ANONYMOUS, SYSTEM, Act
from domain.partners.credentials import Secrets, secrets_of
from domain.partners.models import Account
from domain.partners.rules import Platform
from domain.problems import Forbidden
from domain.pulling import rules
from domain.pulling.actions.accounts import resume
from domain.pulling.due import due_accounts
from tests.platforms import (
    BOX,
    SandboxProcess,
    seen_ids,
)
from tests.pulling.world import (
    Clock,
    account_state,
    observed,
    sql,
    weibo,
)
from workers.platforms import ADAPTERS
from workers.platforms.failures import Expired
from workers.platforms.protocol import Answer, Asking, PulledAccount, Request
from workers.platforms.weibo import Weibo
from workers.pulling import Ended, pull
from workers.tools import Tools


class Renewing(Weibo):
    """A Weibo whose tokens are renewed."""

    def renewal(self, account: PulledAccount, asking: Asking) -> Request:
        secret = ("secret", account.secrets["refresh_token"])
        url = f"{account.base_url}/2/statuses/show.json"
        return Request("GET", url, [("id", seen_ids(1)[0])], account_headers(), [secret])

    def read_renewal(self, account: PulledAccount, answer: Answer) -> Secrets:
        if answer.status != 200:
            raise Expired("the refresh token holds no longer")
        return {"access_token": "media-fresh"}


def account_headers() -> dict[str, str]:
    return {"Authorization": "OAuth2 media-1"}


async def test_an_expired_token_is_renewed_once_and_the_request_repeated(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(
        partner_id, seen_ids(2), clock, token='{"access_token": "", "refresh_token": "r-secret"}'
    )
    renewing = replace(tools, adapters={Platform.WEIBO: Renewing()})
    assert (await pull(renewing, account_id)).observations == 6
    row = await Account.get(id=account_id)
    assert secrets_of(BOX.open(row.credential or b"")) == {
        "access_token": "media-fresh",
        "refresh_token": "r-secret",
    }
    kept = await sql("SELECT request FROM raw_answer WHERE account_id = $1", account_id)
    assert ["count_sp" in each["request"] for each in kept] == [True]
    audit = await sql("SELECT * FROM audit_entry WHERE subject = $1", f"Account:{account_id}")
    assert [each["action"] for each in audit] == ["account.register", "account.renew_credential"]
    assert "secret" not in str(audit)
    assert "media-fresh" not in str(audit)


async def test_a_token_that_cannot_be_renewed_waits_for_a_person(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(
        partner_id, seen_ids(2), clock, token='{"access_token": "", "refresh_token": "r-secret"}'
    )
    before = (await Account.get(id=account_id)).credential
    sandbox.fault("status:500")
    renewing = replace(tools, adapters={Platform.WEIBO: Renewing()})
    assert (await pull(renewing, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["last_failure"] == "the refresh token holds no longer"
    assert state["paused_until"] == rules.UNTIL_A_PERSON_ACTS
    assert (await Account.get(id=account_id)).credential == before


async def test_too_many_requests_are_waited_out(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(2), clock)
    sandbox.fault("status:429", retryAfter=77)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["paused_until"] == clock() + timedelta(seconds=77)
    assert (state["failures"], state["last_failure"]) == (0, "Weibo error 10022, HTTP 429")
    sandbox.call("DELETE", "/faults")
    clock.turn(76)
    assert (await pull(tools, account_id)).ended is Ended.PAUSED
    assert account_id not in await due_accounts(get_connection("default"), clock(), ADAPTERS, 100)
    assert len(sandbox.requests(before)) == 1
    assert await observed(account_id) == 0
    clock.turn(1)
    assert account_id in await due_accounts(get_connection("default"), clock(), ADAPTERS, 100)
    assert (await pull(tools, account_id)).observations == 6


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("status:500", "Weibo error 10001, HTTP 500"),
        ("slow:5", "no answer in time"),
        ("truncated", "no whole answer: ClientPayloadError"),
        ("garbage", "the answer is not JSON"),
        ("huge", "the answer is larger than 2097152 bytes"),
    ],
)
async def test_what_may_pass_is_tried_again(
    tools: Tools,
    partner_id: int,
    clock: Clock,
    sandbox: SandboxProcess,
    fault: str,
    reason: str,
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(2), clock)
    sandbox.fault(fault, times=2)
    for failures in (1, 2):
        assert (await pull(tools, account_id)).ended is Ended.FAILED
        state = await account_state(account_id)
        assert (state["failures"], state["last_failure"]) == (failures, reason)
        assert state["paused_until"] == clock() + timedelta(seconds=failures)
        assert await observed(account_id) == 0
        clock.turn(failures)
    assert (await pull(tools, account_id)).observations == 6
    state = await account_state(account_id)
    assert (state["failures"], state["paused_until"]) == (0, None)


async def test_an_expired_token_rests_until_a_person_acts(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(2), clock)
    sandbox.fault("expired_token")
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["paused_until"] == rules.UNTIL_A_PERSON_ACTS
    assert state["last_failure"] == "Weibo error 21327, HTTP 401"
    clock.turn(40 * 24 * 3600)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.PAUSED
    assert sandbox.requests(before) == []
    with pytest.raises(Forbidden):
        await resume(Act(ANONYMOUS, clock()), account_id)
    assert await account_state(account_id) == state
    sandbox.call("DELETE", "/faults")
    await resume(Act(SYSTEM, clock()), account_id)
    assert (await pull(tools, account_id)).observations == 6


async def test_a_refusal_rests_for_a_day(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(1), clock)
    sandbox.fault("status:403", times=1)
    await pull(tools, account_id)
    state = await account_state(account_id)
    assert state["paused_until"] == clock() + timedelta(days=1)
    assert state["last_failure"] == "Weibo error 10014, HTTP 403"


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        (None, "the account has no credential"),
        (b"not sealed by us", "no secret key in use opens the account's credential"),
    ],
)
async def test_without_a_usable_credential_nothing_is_asked(
    tools: Tools,
    partner_id: int,
    clock: Clock,
    sandbox: SandboxProcess,
    credential: bytes | None,
    reason: str,
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(1), clock)
    await sql("UPDATE account SET credential = $2 WHERE id = $1", account_id, credential)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    assert sandbox.requests(before) == []
    state = await account_state(account_id)
    assert (state["last_failure"], state["paused_until"]) == (reason, rules.UNTIL_A_PERSON_ACTS)
