"""The demo district: the reference numbers, exactly; the real counters, each counted once."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from commands.district import RESUMES_AT, load_district
from commands.district.names import spread
from commands.district.topics import DATA_SET, WEEK_HOURS, gather
from domain.database import connection_parameters
from domain.engagement.actions.verify import verify
from domain.problems import Conflict
from domain.secrets import SecretBox
from sandbox.topics import hour_number, load, topic_id

NOW = datetime(2026, 3, 5, 9, 42, 17, tzinfo=UTC)
HOUR = NOW.replace(minute=0, second=0)
BOX = SecretBox(("a key for the tests",))
SHANGHAI = ZoneInfo("Asia/Shanghai")
FILLED = [
    "organization",
    "team",
    "person",
    "partner",
    "account",
    "campaign",
    "article",
    "article_revision",
    "post",
    "observation",
    "post_pull",
    "engagement_dirty",
    "audit_entry",
]


class Interrupted(Exception):
    pass


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connection(database_url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database_url: str, connection: Any) -> Any:
    """The connection, with the demo district in the database."""
    await load_district(
        database_url=database_url, secret_box=BOX, now=NOW, report=lambda line: None
    )
    return connection


async def counts(connection: Any, tables: list[str]) -> dict[str, int]:
    return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


async def by_kind(connection: Any, table: str) -> dict[str, int]:
    rows = await connection.fetch(f"SELECT kind, count(*) FROM {table} GROUP BY kind")
    return dict(map(tuple, rows))


def week_of_csv() -> dict[str, dict[str, int]]:
    """The last value of each column in the first 168 hours, by topic, straight from the file."""
    last: dict[str, dict[str, int]] = {}
    with gzip.open(DATA_SET, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            values = last.setdefault(row["topic"], {})
            if row["hour_cst"] < "2025-10-06T00":
                for column in ("reads", "discussions", "original_posts"):
                    if row[column]:
                        values[column] = int(row[column])
    return last


async def test_an_interrupted_load_leaves_nothing(database_url: str, connection: Any) -> None:
    def interrupt(line: str) -> None:
        if line.endswith("post_pull"):
            raise Interrupted

    with pytest.raises(Interrupted):
        await load_district(database_url=database_url, secret_box=BOX, now=NOW, report=interrupt)
    assert await counts(connection, FILLED) == dict.fromkeys(FILLED, 0)


async def test_a_database_with_something_else_in_it_is_refused(
    database_url: str, connection: Any
) -> None:
    await connection.execute(
        "INSERT INTO organization (kind, name, version, created_at)"
        " VALUES ('CENTRE', 'in use', 1, now())"
    )
    with pytest.raises(Conflict, match="empty database only"):
        await load_district(
            database_url=database_url, secret_box=BOX, now=NOW, report=lambda line: None
        )
    assert (await counts(connection, FILLED)) == {**dict.fromkeys(FILLED, 0), "organization": 1}
    await connection.execute("DELETE FROM organization")


async def test_the_network_has_the_reference_numbers(district: Any) -> None:
    assert await by_kind(district, "organization") == {
        "CENTRE": 1,
        "BRANCH": 22,
        "POINT": 582,
        "BASE": 70,
        "MEDIA_CENTRE": 46,
        "AGENCY": 6,
    }
    assert await by_kind(district, "team") == {
        "CORPS": 12,
        "SQUADRON": 102,
        "SQUAD": 1_132,
        "GROUP": 6_673,
        "LECTURE_GROUP": 20,
    }


async def test_partners_have_the_reference_numbers(district: Any) -> None:
    assert await by_kind(district, "partner") == {
        "MEDIA_CENTRE": 46,
        "GOVERNMENT_MEDIA": 90,
        "SELF_MEDIA": 60,
        "BLOGGER": 100,
    }
    rows = await district.fetch(
        "SELECT p.kind, a.platform, a.options = '{\"media\": true}', count(*)"
        " FROM account a JOIN partner p ON p.id = a.partner_id GROUP BY 1, 2, 3"
    )
    assert Counter({tuple(row[:3]): row[3] for row in rows}) == {
        ("MEDIA_CENTRE", "WEIBO", True): 46,
        ("GOVERNMENT_MEDIA", "WEIBO", True): 90,
        ("GOVERNMENT_MEDIA", "WECHAT", False): 90,
        ("SELF_MEDIA", "MASTODON", False): 40,
        ("SELF_MEDIA", "TOUTIAO", False): 20,
        ("BLOGGER", "WEIBO", False): 100,
    }


async def test_everything_that_is_written_has_its_number(district: Any) -> None:
    written = ["person", "campaign", "article", "article_revision", "post", "post_pull"]
    assert await counts(district, written) == {
        "person": 138,
        "campaign": 12,
        "article": 5_012,
        "article_revision": 5_012,
        "post": 5_032,
        "post_pull": 5_012,
    }


async def test_trees_hang_together(district: Any) -> None:
    depths = "SELECT kind, array_agg(DISTINCT nlevel(path)) FROM {} GROUP BY kind"
    assert dict(map(tuple, await district.fetch(depths.format("organization")))) == {
        "CENTRE": [1],
        "BRANCH": [2],
        "POINT": [3],
        "BASE": [3],
        "MEDIA_CENTRE": [2, 3],
        "AGENCY": [2],
    }
    assert dict(map(tuple, await district.fetch(depths.format("team")))) == {
        "CORPS": [1],
        "SQUADRON": [2],
        "LECTURE_GROUP": [2],
        "SQUAD": [3],
        "GROUP": [4],
    }
    assert await district.fetchval("SELECT count(*) FROM team WHERE organization_id IS NULL") == 0


@pytest.mark.parametrize(
    ("table", "column", "marks"),
    [
        ("organization", "name", "^示例区"),
        ("team", "name", "^示例区"),
        ("partner", "name", "示例"),
        ("person", "name", "（演示）$"),
        ("campaign", "title", "（示例活动）$"),
        ("campaign", "summary", "^演示内容"),
        ("article", "summary", "^演示文章"),
        ("article", "body", "这是演示内容"),
    ],
)
async def test_what_is_invented_says_so(district: Any, table: str, column: str, marks: str) -> None:
    unmarked = f"SELECT count(*) FROM {table} WHERE {column} !~ $1"
    assert await district.fetchval(unmarked, marks) == 0


async def test_names_tell_nodes_apart(district: Any) -> None:
    for table in ("organization", "team", "partner", "person"):
        repeated = f"SELECT count(*) - count(DISTINCT name) FROM {table}"
        assert await district.fetchval(repeated) == 0, table


async def test_a_topic_is_posted_once(district: Any) -> None:
    keys = [
        row["external_id"]
        for row in await district.fetch(
            "SELECT external_id FROM post WHERE article_id IS NOT NULL ORDER BY external_id"
        )
    ]
    assert keys == sorted(str(topic_id(title)) for title in week_of_csv())


async def test_most_topics_are_on_accounts_that_tell_reads(district: Any) -> None:
    rows = await district.fetch(
        "SELECT a.platform, a.options = '{\"media\": true}', count(*)"
        " FROM post p JOIN account a ON a.id = p.account_id GROUP BY 1, 2"
    )
    assert {tuple(row[:2]): row[2] for row in rows} == {
        ("WEIBO", True): 3_700,
        ("WEIBO", False): 794,
        ("MASTODON", False): 518,
        ("TOUTIAO", False): 20,
    }


async def test_credentials_are_sealed(district: Any) -> None:
    rows = await district.fetch("SELECT credential, options FROM account WHERE platform = 'WEIBO'")
    opened = [BOX.open(row["credential"]) for row in rows]
    assert Counter(text.partition("-")[0] for text in opened) == {"media": 136, "user": 100}
    assert all(
        text.encode() not in row["credential"] for text, row in zip(opened, rows, strict=True)
    )


@pytest.mark.parametrize(
    ("metric", "column", "platforms"),
    [
        ("READS", "reads", "a.options = '{\"media\": true}'"),
        ("COMMENTS", "discussions", "TRUE"),
        ("SHARES", "original_posts", "TRUE"),
    ],
)
async def test_totals_are_what_the_file_says(
    district: Any, metric: str, column: str, platforms: str
) -> None:
    """Topic by topic and altogether; what the file does not say stays unknown."""
    rows = await district.fetch(
        "SELECT p.title, t.value FROM post p JOIN account a ON a.id = p.account_id"
        " JOIN engagement_total t ON t.subject_kind = 'POST' AND t.subject_id = p.id"
        f" AND t.metric = $1 WHERE p.article_id IS NOT NULL AND {platforms}",
        metric,
    )
    said = week_of_csv()
    assert {row["title"]: row["value"] for row in rows} == {
        row["title"]: said[row["title"]].get(column) for row in rows
    }
    known = [row["value"] for row in rows if row["value"] is not None]
    network = await district.fetchrow(
        "SELECT value, known, counted FROM engagement_total"
        " WHERE subject_kind = 'NETWORK' AND metric = $1",
        metric,
    )
    assert tuple(network) == (sum(known), 5_032, len(known))


async def test_the_network_was_read_far_more_than_a_hundred_million_times(district: Any) -> None:
    total = await district.fetchrow(
        "SELECT value, known, counted FROM engagement_total"
        " WHERE subject_kind = 'NETWORK' AND metric = 'READS'"
    )
    assert tuple(total) == (928_752_058_090, 5_032, 1_879)


async def test_the_week_ends_at_the_hour(district: Any) -> None:
    ends = await district.fetchrow("SELECT min(observed_at), max(observed_at) FROM observation")
    assert tuple(ends) == (HOUR - timedelta(hours=168), HOUR - timedelta(hours=1))
    hours = "SELECT count(DISTINCT observed_at) FROM observation"
    assert await district.fetchval(hours) == 154
    assert await district.fetchval("SELECT max(posted_at) FROM post") <= NOW
    early = (
        "SELECT count(*) FROM observation o JOIN post p ON p.id = o.post_id"
        " WHERE o.observed_at < p.posted_at"
    )
    assert await district.fetchval(early) == 0


async def test_first_pulls_are_spread_and_one_request_asks_for_an_account(district: Any) -> None:
    rows = await district.fetch(
        "SELECT count(DISTINCT next_at), min(next_at), max(next_at) FROM post_pull"
        " GROUP BY account_id"
    )
    assert {row[0] for row in rows} == {1}
    assert min(row[1] for row in rows) >= NOW
    assert max(row[2] for row in rows) < NOW + timedelta(seconds=45)
    assert len({row[1] for row in rows}) == 45


async def test_new_rows_get_the_next_ids(district: Any) -> None:
    added = await district.fetchval(
        "INSERT INTO person (organization_id, name, version, created_at)"
        " VALUES (1, 'new', 1, now()) RETURNING id"
    )
    await district.execute("DELETE FROM person WHERE id = $1", added)
    assert added == 139


async def test_a_second_load_changes_nothing(district: Any, database_url: str) -> None:
    before = await counts(district, FILLED)
    lines: list[str] = []
    loaded = await load_district(
        database_url=database_url,
        secret_box=BOX,
        now=NOW + timedelta(days=1),
        report=lines.append,
    )
    assert (loaded, lines) == (False, ["the demo district is there already"])
    assert await counts(district, FILLED) == before


async def test_totals_stand_on_observations(district: Any, database: str) -> None:
    assert await verify(zone=SHANGHAI, report=lambda done, of: None) == []


def test_spreading_is_the_same_for_ever() -> None:
    assert [spread(name, 100) for name in ("a", "b", "话题")] == [7, 81, 32]


def test_the_sandbox_takes_over_where_the_history_ends() -> None:
    assert hour_number(RESUMES_AT) == load(DATA_SET).first_hour + WEEK_HOURS


def test_a_scrap_of_a_page_is_no_category() -> None:
    def row(hour: str, category: str, reads: str) -> dict[str, str]:
        return {
            "hour_cst": hour,
            "topic": "t",
            "category": category,
            "reads": reads,
            "discussions": "3",
            "original_posts": "",
        }

    rows = [
        row("2025-09-29T23", "社会", "1000"),
        row("2025-09-30T01", "暂无\n   主持记录", ""),
    ]
    [topic] = gather(rows)
    assert (topic.category, topic.first_hour) == ("社会", 0)
    assert [(c.hour, c.reads, c.discussions, c.original_posts) for c in topic.hours] == [
        (0, 1000, 3, None),
        (2, None, 3, None),
    ]
