"""Pulls that bring something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.engagement.actions.verify import verify
from domain.partners.rules import Platform
from domain.pulling import schedule
from tests.platforms import (
    SandboxProcess,
    make_account,
    make_post,
    seen_ids,
    unseen_ids,
)
from tests.pulling.world import (
    INTERVAL,
    LATER,
    SHANGHAI,
    Clock,
    account_state,
    expected,
    pull_state,
    sql,
    values_of,
    weibo,
)
from workers.platforms.protocol import AskedPost, PulledAccount
from workers.platforms.weibo import Weibo
from workers.pulling import Ended, pull
from workers.tools import Tools


async def test_real_counters_become_totals(tools: Tools, partner_id: int, clock: Clock) -> None:
    ids = seen_ids(3)
    account_id, posts = await weibo(partner_id, ids, clock)
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 1, 9)
    for name, post_id in posts.items():
        assert await values_of(post_id) == expected(name)
        state = await pull_state(post_id)
        assert state["next_at"] == clock() + timedelta(seconds=INTERVAL)
        assert (state["last_at"], state["missed"]) == (clock(), 0)
    state = await account_state(account_id)
    assert (state["failures"], state["paused_until"], state["last_success_at"]) == (
        0,
        None,
        clock(),
    )


async def test_counters_grow_with_the_replay(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    ids = [name for name in seen_ids(5000) if expected(name) != expected(name, LATER)][:2]
    account_id, posts = await weibo(partner_id, ids, clock)
    await pull(tools, account_id)
    sandbox.call("PUT", "/clock", {"hour": LATER})
    assert (await pull(tools, account_id)).batches == 0, "nothing is due before its time"
    clock.turn(INTERVAL)
    assert (await pull(tools, account_id)).observations == 6
    for name, post_id in posts.items():
        assert await values_of(post_id) == expected(name, LATER)


async def test_what_the_platform_leaves_out_stays_unknown(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    (seen,), (unseen,) = seen_ids(1), unseen_ids(1)
    account_id, posts = await weibo(partner_id, [seen, unseen], clock)
    before = len(sandbox.requests())
    for round_number in range(1, 6):
        await pull(tools, account_id)
        state = await pull_state(posts[unseen])
        assert (state["missed"], state["last_at"]) == (round_number, None)
        factor = min(round_number + 1, schedule.LONGEST_UNSEEN_FACTOR)
        assert state["next_at"] == clock() + timedelta(seconds=INTERVAL * factor)
        clock.now = state["next_at"]
    assert await values_of(posts[unseen]) == {}
    asked = {request["path"] for request in sandbox.requests(before)}
    assert asked == {"/weibo/2/media_statuses/count_sp/biz.json"}, "what never was is not gone"
    assert (await sql("SELECT state FROM post WHERE id = $1", posts[unseen]))[0]["state"] == "LIVE"


async def test_free_accounts_have_no_reads(tools: Tools, partner_id: int, clock: Clock) -> None:
    (name,) = seen_ids(1)
    account_id, posts = await weibo(partner_id, [name], clock, token="user-1", media=False)
    await pull(tools, account_id)
    known = expected(name)
    del known["READS"]
    assert await values_of(posts[name]) == known
    pace = timedelta(days=1) / 100
    assert (await pull_state(posts[name]))["next_at"] == clock() + pace


async def test_mastodon_is_asked_at_its_instance(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    ids = seen_ids(23)
    account_id = await make_account(
        partner_id,
        "m1",
        clock(),
        platform=Platform.MASTODON,
        token=None,
        base_url=f"{sandbox.url}/mastodon",
    )
    posted_at = clock() - timedelta(hours=1)
    posts = {name: await make_post(account_id, name, posted_at) for name in ids}
    without_override = replace(tools, platform_urls={})
    pulled = await pull(without_override, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 2, 46)
    known = expected(ids[22])
    del known["READS"]
    assert await values_of(posts[ids[22]]) == known


async def test_the_raw_answer_is_kept_once_and_shows_no_token(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    (name,) = seen_ids(1)
    account_id, posts = await weibo(partner_id, [name], clock, token="media-secret-token")
    for _ in range(2):
        await pull(tools, account_id)
        clock.turn(INTERVAL)
    rows = await sql(
        "SELECT a.*, b.body FROM raw_answer a JOIN raw_body b ON b.id = a.body_id"
        " WHERE account_id = $1 ORDER BY a.id",
        account_id,
    )
    assert len(rows) == 2
    assert rows[0]["body_id"] == rows[1]["body_id"]
    assert rows[0]["status"] == 200
    assert f'"id":"{name}"'.encode() in rows[0]["body"]
    assert rows[0]["request"].endswith(f"/2/media_statuses/count_sp/biz.json?ids={name}")
    assert "secret" not in str(rows)
    linked = await sql(
        "SELECT DISTINCT raw_answer_id FROM observation WHERE post_id = $1", posts[name]
    )
    assert {row["raw_answer_id"] for row in linked} == {row["id"] for row in rows}


async def test_newest_posts_come_first(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    ids = seen_ids(130)
    account_id = await make_account(partner_id, "many", clock(), media=True)
    for age, name in enumerate(ids):
        await make_post(account_id, name, clock() - timedelta(minutes=age))
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).batches == 2
    asked = [dict(request["query"])["ids"].split(",") for request in sandbox.requests(before)]
    assert asked == [ids[:100], ids[100:]]


class ByHour(Weibo):
    """Answers about the posts of one hour at a time."""

    def choose(
        self, account: PulledAccount, posts: Sequence[AskedPost], now: datetime
    ) -> Sequence[AskedPost]:
        return [post for post in posts if post.posted_at.hour == posts[0].posted_at.hour]


async def test_an_adapter_chooses_what_one_request_is_about(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    names = seen_ids(3)
    account_id = await make_account(partner_id, "hours", clock(), media=True)
    for name, hours in zip(names, (2, 1, 2), strict=True):
        await make_post(account_id, name, clock() - timedelta(hours=hours))
    before = len(sandbox.requests())
    narrow = replace(tools, adapters={Platform.WEIBO: ByHour()})
    pulled = await pull(narrow, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.NOTHING_DUE, 2)
    asked = [dict(request["query"])["ids"].split(",") for request in sandbox.requests(before)]
    assert asked == [[names[1]], [names[2], names[0]]]


async def test_a_deleted_post_is_marked_and_keeps_its_counts(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    gone, there = seen_ids(2)
    account_id, posts = await weibo(partner_id, [gone, there], clock)
    await pull(tools, account_id)
    sandbox.fault(f"deleted:{gone}")
    for _ in range(2):
        clock.turn(INTERVAL)
        assert (await pull(tools, account_id)).gone == 0
    clock.turn(INTERVAL)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).gone == 1
    paths = [request["path"].rsplit("/", 1)[1] for request in sandbox.requests(before)]
    assert paths == ["biz.json", "show.json"]
    states = await sql("SELECT id, state FROM post WHERE account_id = $1", account_id)
    assert {row["id"]: row["state"] for row in states} == {
        posts[gone]: "GONE",
        posts[there]: "LIVE",
    }
    assert await values_of(posts[gone]) == expected(gone)
    assert await sql("SELECT * FROM post_pull WHERE post_id = $1", posts[gone]) == []
    audit = await sql("SELECT * FROM audit_entry WHERE subject = $1", f"Post:{posts[gone]}")
    assert [row["action"] for row in audit] == ["post.register", "post.mark_gone"]
    clock.turn(24 * 3600)
    await pull(tools, account_id)
    assert gone not in str(sandbox.requests()[-1])


async def test_a_post_that_only_batches_leave_out_is_not_gone(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    (name,) = seen_ids(1)
    account_id, posts = await weibo(partner_id, [name], clock)
    await pull(tools, account_id)
    sandbox.fault(f"deleted:{name}", path="/weibo/2/media_statuses")
    for _ in range(3):
        clock.turn(INTERVAL)
        assert (await pull(tools, account_id)).gone == 0
    assert (await pull_state(posts[name]))["missed"] == 0
    assert (await sql("SELECT state FROM post WHERE id = $1", posts[name]))[0]["state"] == "LIVE"


async def test_a_falling_counter_is_a_signed_correction(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    (name,) = seen_ids(1)
    account_id, posts = await weibo(partner_id, [name], clock)
    await pull(tools, account_id)
    reads = expected(name)["READS"]
    sandbox.fault("falling:25")
    clock.turn(24 * 3600)
    await pull(tools, account_id)
    assert (await values_of(posts[name]))["READS"] == int(reads * 0.75)
    daily = await sql(
        "SELECT value FROM engagement_daily WHERE subject_kind = 'POST' AND subject_id = $1"
        " AND metric = 'READS' ORDER BY day",
        posts[name],
    )
    assert daily[-1]["value"] == int(reads * 0.75) - reads < 0


async def test_unknown_accounts_and_platforms_are_left_alone(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    assert (await pull(tools, 2**62)).ended is Ended.NOT_PULLED
    account_id = await make_account(partner_id, "z1", clock(), platform=Platform.ZHIHU, token=None)
    assert (await pull(tools, account_id)).ended is Ended.NOT_PULLED


async def test_everything_that_was_pulled_is_derived_right(tools: Tools) -> None:
    assert await verify(zone=SHANGHAI, report=lambda done, of: None) == []
