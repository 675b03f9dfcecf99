"""Accounts on the sandbox's WeChat, Douyin and Bilibili, and a clock that keeps their calendar."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from domain.partners.credentials import secrets_of
from domain.partners.rules import Platform
from sandbox.accounts import secret_of
from sandbox.calendar import moment_of
from sandbox.topics import hour_number
from tests.platforms import BOX, SandboxProcess, make_account, topics
from tests.pulling.world import SHANGHAI, Clock, sql

LONG = 544873190876839
"""许我耀眼: seen from the first hour of the data to the last, but for two days. Of account …7."""
OWN_DIGIT = 7
PATHS = {Platform.WECHAT: "wechat", Platform.DOUYIN: "douyin", Platform.BILIBILI: "bilibili"}
_accounts = iter(range(1, 1000))


def keep_time(sandbox: SandboxProcess, clock: Clock, hour: str, minute: int = 6) -> datetime:
    """Both at this hour of the data, on the platforms' calendar."""
    assert sandbox.call("PUT", "/clock", {"hour": hour})[0] == 200
    clock.now = moment_of(hour_number(hour)) + timedelta(minutes=minute)
    return clock.now


def own(count: int, *, unlike: int = LONG, day: int | None = None) -> list[int]:
    """Topics of account …7 with all their counters at 2025-10-03T08; day: first seen on it, of
    November."""
    hour = hour_number("2025-10-03T08")
    found = [
        key
        for key, topic in topics().by_id.items()
        if key % 16 == OWN_DIGIT and key != unlike and len(topic.at(hour) or {}) == 3
        if day is None or moment_of(topic.hours[0]).day == day
    ]
    return sorted(found)[:count]


async def creator(
    sandbox: SandboxProcess, partner_id: int, clock: Clock, platform: Platform, **options: Any
) -> int:
    """An account whose credential has everything but an access token; it has a sixteenth of the
    topics."""
    name = f"wx{next(_accounts):015x}{OWN_DIGIT}"
    parts = {
        Platform.WECHAT: {"app_id": name, "app_secret": secret_of(name)},
        Platform.DOUYIN: {"client_key": "ck", "refresh_token": f"rft.{name}"},
        Platform.BILIBILI: {
            "app_id": "client",
            "app_secret": secret_of("client"),
            "refresh_token": f"rt-{name}",
        },
    }
    return await make_account(
        partner_id,
        name,
        clock(),
        platform=platform,
        token=json.dumps(parts[platform]),
        base_url=f"{sandbox.url}/{PATHS[platform]}",
        **options,
    )


async def secrets(account_id: int) -> dict[str, str]:
    rows = await sql("SELECT credential FROM account WHERE id = $1", account_id)
    return dict(secrets_of(BOX.open(rows[0]["credential"])))


async def change_secrets(account_id: int, **parts: str) -> None:
    sealed = BOX.seal(json.dumps({**await secrets(account_id), **parts}))
    await sql("UPDATE account SET credential = $2 WHERE id = $1", account_id, sealed)


async def observations(post_id: int, metric: str = "READS") -> list[tuple[Any, ...]]:
    """Moment in Shanghai, value, finality and definition of each, in order."""
    rows = await sql(
        "SELECT observed_at, value, finality, definition FROM observation"
        " WHERE post_id = $1 AND metric = $2 ORDER BY observed_at, finality DESC, recorded_at",
        post_id,
        metric,
    )
    return [
        (
            row["observed_at"].astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S"),
            row["value"],
            row["finality"],
            row["definition"],
        )
        for row in rows
    ]


async def days(post_id: int, metric: str = "READS") -> dict[str, int]:
    """What each day gained, as it is derived."""
    rows = await sql(
        "SELECT day, value FROM engagement_daily"
        " WHERE subject_kind = 'POST' AND subject_id = $1 AND metric = $2 ORDER BY day",
        post_id,
        metric,
    )
    return {row["day"].strftime("%m-%d"): row["value"] for row in rows}


async def total(post_id: int, metric: str = "READS") -> dict[str, Any]:
    rows = await sql(
        "SELECT * FROM engagement_total"
        " WHERE subject_kind = 'POST' AND subject_id = $1 AND metric = $2",
        post_id,
        metric,
    )
    return rows[0]


def asked(sandbox: SandboxProcess, after: int) -> list[str]:
    """The last parts of the paths that were asked since."""
    return [request["path"].strip("/").rsplit("/", 1)[1] for request in sandbox.requests(after)]
