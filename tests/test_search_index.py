"""What is found follows from what there is: from the first commit on, whoever writes it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tortoise.connection import get_connection

from domain.articles import actions as articles
from domain.articles.models import Article
from domain.articles.rules import ArticleStatus
from domain.audit.models import AuditEntry
from domain.database import transaction
from domain.organizations import actions as organizations
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.search.actions import index, remove_synonyms, set_synonyms
from domain.search.actions.rebuild import rebuild, verify
from domain.search.asking import read
from domain.search.models import SearchSynonym
from domain.search.rules import SearchKind
from domain.search.vectors import vector
from tests.rows import (
    EDITOR,
    NO_SUCH,
    STRANGER,
    make_account,
    make_article,
    make_campaign,
    make_organization,
    make_partner,
    make_world,
    refused,
)


async def entry(kind: str, number: int) -> dict[str, Any] | None:
    rows = await get_connection("default").execute_query_dict(
        "SELECT * FROM search_entry WHERE kind = $1 AND subject_id = $2", [kind, number]
    )
    return rows[0] if rows else None


async def stale() -> list[str]:
    return [str(each) for each in await verify(lambda done, of: None)]


async def test_an_article_is_found_as_it_now_is(database: str) -> None:
    world = await make_world()
    id_ = await make_article(world, title="社区活动", body="<p>清晨</p><p>雨中</p>", tags=["公益"])
    draft = await entry("ARTICLE", id_)
    assert draft is not None
    assert (draft["is_public"], draft["tags"]) == (False, ["公益"])
    assert draft["body"].split() == ["清晨", "雨中"]
    assert draft["heading"] == (
        "'公益':110B '区活':2A '活动':3A '王':56B '王编':56B '社区':1A '社区活动':1A '编辑':57B"
    )

    await articles.publish(EDITOR, id_, 1)
    published = await entry("ARTICLE", id_)
    assert published is not None
    assert published["is_public"] is True
    assert published["published_at"] == EDITOR.now

    await articles.update(EDITOR, id_, 2, articles.ArticleChanges(title="花园"))
    assert await entry("ARTICLE", id_) == published
    await articles.publish(EDITOR, id_, 3)
    renamed = await entry("ARTICLE", id_)
    assert renamed is not None
    assert (renamed["title"], renamed["squeezed"], renamed["sound"]) == ("花园", "花园", "hn0u")

    async with refused(Conflict, "version", code="STALE_VERSION"):
        await articles.update(EDITOR, id_, 2, articles.ArticleChanges(title="不成"))
    await articles.withdraw(EDITOR, id_, 4)
    withdrawn = await entry("ARTICLE", id_)
    assert withdrawn is not None
    assert withdrawn["is_public"] is False
    assert await stale() == []


async def test_everything_else_is_found_too(database: str) -> None:
    organization = await make_organization(name="黄村文明实践站")
    campaign, partner = await make_campaign(organization), await make_partner(organization)
    await make_account(partner)
    assert (await entry("CAMPAIGN", campaign) or {})["title"] == "网上志愿服务"
    assert "'huangcun'" in (await entry("PARTNER", partner) or {})["heading"]
    await organizations.rename(EDITOR, organization, 1, "黄村站")
    kept = await entry("ORGANIZATION", organization)
    assert kept is not None
    assert (kept["title"], kept["organization_id"]) == ("黄村站", organization)
    assert await stale() == []


async def test_whoever_takes_an_article_back_hides_it(database: str) -> None:
    """Also by a way that forgets to say so."""
    id_ = await make_article(await make_world())
    await articles.publish(EDITOR, id_, 1)
    await Article.filter(id=id_).update(status=ArticleStatus.WITHDRAWN, public_number=None)
    assert (await entry("ARTICLE", id_) or {})["is_public"] is False


async def test_what_differs_is_named_and_set_right(database: str) -> None:
    world = await make_world()
    first, second = await make_article(world), await make_article(world)
    run = get_connection("default").execute_query
    await run(
        "UPDATE search_entry SET heading = '' WHERE subject_id = $1 AND kind = 'ARTICLE'", [first]
    )
    await run("DELETE FROM search_entry WHERE subject_id = $1 AND kind = 'ARTICLE'", [second])
    await run(
        "INSERT INTO search_entry (kind, subject_id, organization_id, is_public, listed_at,"
        " tags, title, squeezed, sound, heading, summary, document, body)"
        " VALUES ('PARTNER', $1, $2, TRUE, now(), '{}', '', '', '', '', '', '', '')",
        [NO_SUCH, world.organization_id],
    )
    assert await stale() == [
        f"Article:{first} is not found as it is",
        f"Article:{second} is not found as it is",
        f"Partner:{NO_SUCH} is gone",
    ]
    seen: list[tuple[int, int]] = []
    written = await rebuild(lambda done, of: seen.append((done, of)))
    assert await stale() == []
    assert seen[-1] == (written, written)
    async with transaction() as client:
        await index(client, SearchKind.ARTICLE, first)
    assert await stale() == []


async def test_synonyms_are_kept_by_administrators(database: str) -> None:
    async with refused(Forbidden):
        await set_synonyms(STRANGER, "高考", ["统考"])
    async with refused(Invalid, "word"):
        await set_synonyms(EDITOR, "的", ["统考"])
    number = await set_synonyms(EDITOR, "高考", ["统考"])
    assert await set_synonyms(EDITOR, "高考", ["高校招生", "统考"]) == number
    row = await SearchSynonym.get(id=number)
    assert row.synonyms == ["高校招生", "统考"]
    assert row.target == "'高考'"
    assert row.substitute == "'高考' | '高校' & '招生' | '统考'"
    last = await AuditEntry.filter(action="search_synonym.set").order_by("-id").first()
    assert last is not None
    assert last.before == {"synonyms": ["统考"]}
    async with refused(NotFound, "id"):
        await remove_synonyms(EDITOR, NO_SUCH)
    await remove_synonyms(EDITOR, number)
    assert await SearchSynonym.all().count() == 0


LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
SIGNS = st.lists(
    st.sampled_from(['"', "-", "*", "OR", "|", "志愿者", "run ", "'", "\\", " ", ":&!<()"])
)


@given(LETTERS | SIGNS.map("".join))
async def test_whatever_is_typed_postgresql_can_read(database: str, text: str) -> None:
    question = read(text)
    await get_connection("default").execute_query(
        "SELECT $1::tsquery, $2::tsquery, $3::tsquery, $4::tsvector",
        [question.strict, question.loose, question.unwanted, vector([("A", text), ("D", text)])],
    )
