"""What the platforms count: the files, the look-ups, the table and the graph say the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import asyncpg
import pytest

from commands.migrate import migrate
from domain.database import connection_parameters
from domain.engagement.checks import DEFINITION_LENGTH
from domain.engagement.definitions import (
    FaultyDefinitions,
    NoDefinition,
    all_definitions,
    by_code,
    definition,
    definitions_on,
    read_file,
)
from domain.engagement.rules import Metric, Population
from domain.partners.rules import Platform
from tests.graph import graph
from workers.platforms import ADAPTERS

ENTRY = """
[[definition]]
code = "wechat.reads/1"
metric = "READS"
population = "COUNT"
basis = "PUBLISH_DATE"
counts = "阅读"
source = "a test [X]"
"""
BEFORE = ENTRY + "valid_until = 2025-10-31\n"
SINCE = ENTRY.replace("reads/1", "readers/2").replace("COUNT", "PEOPLE")
SINCE += "valid_from = 2025-11-01\n"


def test_weibo_counts_reads_since_march_2013() -> None:
    found = definition(Platform.WEIBO, Metric.READS, date(2013, 3, 14))
    assert (found.code, found.population) == ("weibo.reads/2013-03", Population.IMPRESSIONS)
    assert found.counts_reposts
    with pytest.raises(NoDefinition, match="WEIBO counts under READS on 2013-03-13"):
        definition(Platform.WEIBO, Metric.READS, date(2013, 3, 13))


def test_mastodon_has_no_reads() -> None:
    codes = {metric: each.code for metric, each in _on_mastodon().items()}
    assert codes == {
        Metric.LIKES: "mastodon.favourites",
        Metric.COMMENTS: "mastodon.replies",
        Metric.SHARES: "mastodon.reblogs",
    }


def _on_mastodon() -> Any:
    return definitions_on(Platform.MASTODON, date(2026, 1, 1))


@pytest.mark.parametrize("platform", ADAPTERS)
def test_a_platform_that_is_asked_has_definitions(platform: Platform) -> None:
    assert definitions_on(platform, date(2026, 6, 1))


def test_codes_are_known_once_and_fit_an_observation() -> None:
    codes = [each.code for each in all_definitions()]
    assert len(codes) == len(set(codes))
    assert max(map(len, codes)) <= DEFINITION_LENGTH
    assert [by_code(code) for code in codes] == list(all_definitions())
    assert by_code("partner.reads") is None


def test_one_definition_follows_another() -> None:
    before, since = read_file("wechat", BEFORE + SINCE)
    assert before.holds_on(date(2025, 10, 31))
    assert not before.holds_on(date(2025, 11, 1))
    assert since.holds_on(date(2025, 11, 1))
    assert not since.holds_on(date(2025, 10, 31))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "'definition'"),
        ("[[definition]\n", "Expected"),
        (ENTRY.replace('metric = "READS"', 'metric = "VIEWS"'), "VIEWS"),
        (ENTRY + 'note = "?"\n', "note"),
        (ENTRY.replace('source = "a test [X]"', ""), "source"),
        (ENTRY.replace("阅读", ""), "does not say what it counts"),
        (ENTRY.replace("wechat.", "weibo."), "'weibo.reads/1' is not wechat"),
        (ENTRY + ENTRY, "wechat.reads/1 stands there twice"),
        (BEFORE + ENTRY.replace("reads/1", "reads/2"), "hold at the same time"),
        (BEFORE + "valid_from = 2025-11-01\n", "ends before it begins"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(text: str, fault: str) -> None:
    with pytest.raises(FaultyDefinitions, match=r"^wechat\.toml: ") as caught:
        read_file("wechat", text)
    assert fault in str(caught.value)


def test_what_must_be_named_answers_beside_another() -> None:
    named = ENTRY.replace("reads/1", "reads/2") + "by_name_only = true\n"
    assert len(read_file("wechat", ENTRY + named)) == 2


async def test_migrate_keeps_the_table_equal_to_the_files(database_url: str) -> None:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        await connection.execute(
            "UPDATE metric_definition SET counts = 'else' WHERE code = 'weibo.comments';"
            "DELETE FROM metric_definition WHERE code = 'mastodon.replies';"
            "INSERT INTO metric_definition (code, platform, metric, population, basis, counts,"
            " source, by_name_only, counts_reposts, notes)"
            " SELECT 'weibo.other', platform, metric, population, basis, counts, source, false,"
            " false, '' FROM metric_definition WHERE code = 'weibo.comments'"
        )
        said: list[str] = []
        assert await migrate(database_url, said.append) == 1
        assert said == ["definitions of counters: 3 changed"]
        assert await migrate(database_url, said.append) == 0
        kept = await connection.fetch("SELECT code, counts FROM metric_definition")
    finally:
        await connection.close()
    assert {row["code"]: row["counts"] for row in kept} == {
        each.code: each.counts for each in all_definitions()
    }


async def test_the_graph_tells_them(database_url: str) -> None:
    fields = "code metric population basis counts validFrom validUntil countsReposts roundsTo"
    async with graph(database_url) as opened:
        data = await opened.ask(f"{{ definitions(platform: WEIBO, metric: READS) {{ {fields} }} }}")
        every = await opened.ask("{ definitions { code } }")
    assert data["definitions"] == [
        {
            "code": "weibo.reads/2013-03",
            "metric": "READS",
            "population": "IMPRESSIONS",
            "basis": "PUBLISH_DATE",
            "counts": "阅读数: how often the post was shown to somebody, in a feed or opened.",
            "validFrom": "2013-03-14",
            "validUntil": None,
            "countsReposts": True,
            "roundsTo": None,
        }
    ]
    codes = [row["code"] for row in every["definitions"]]
    assert codes == sorted(each.code for each in all_definitions())
