"""The list of synonyms, kept by administrators of the whole network."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, missing
from domain.ids import format_id
from domain.problems import Conflict, Invalid
from domain.search.asking import alternatives, plain_query
from domain.search.models import SearchSynonym
from domain.search.rules import MOST_WORDS_WITH_SYNONYMS, check_synonyms

WRITE = """
    INSERT INTO search_synonym (word, synonyms, target, substitute, changed_at)
    VALUES ($1, $2, $3::tsquery, $4::tsquery, $5)
    ON CONFLICT (word) DO UPDATE SET synonyms = excluded.synonyms, target = excluded.target,
        substitute = excluded.substitute, changed_at = excluded.changed_at
    RETURNING id
"""


async def set_synonyms(act: Act, word: str, synonyms: Sequence[str]) -> int:
    """Whoever searches for the word finds what has a synonym of it too, but not the other way
    round. Takes the place of what the word had."""
    async with change(act) as client:
        known, others = check_synonyms(word, synonyms)
        target = plain_query(known)
        if not target:
            raise Invalid("this holds no word that could be searched", path=("word",))
        before = await SearchSynonym.get_or_none(word=known, using_db=client)
        if before is None:
            await _check_room(client)
        values = [known, others, target, alternatives([known, *others]), act.now]
        rows = await client.execute_query_dict(WRITE, values)
        number = int(rows[0]["id"])
        await audit.record(
            client,
            act,
            "search_synonym.set",
            format_id("SearchSynonym", number),
            {"synonyms": before.synonyms} if before else None,
            {"word": known, "synonyms": others},
        )
        return number


async def _check_room(client: BaseDBAsyncClient) -> None:
    """Raises Conflict when the list is full; whoever adds to it waits for who does so now."""
    await client.execute_query("LOCK TABLE search_synonym IN SHARE ROW EXCLUSIVE MODE")
    if await SearchSynonym.all().using_db(client).count() >= MOST_WORDS_WITH_SYNONYMS:
        raise Conflict(
            f"the list has {MOST_WORDS_WITH_SYNONYMS} words, which are the most", code="TOO_MANY"
        )


async def remove_synonyms(act: Act, synonym_id: int) -> None:
    async with change(act) as client:
        row = await SearchSynonym.get_or_none(id=synonym_id, using_db=client)
        if row is None:
            raise missing("id", "synonym")
        before = {"word": row.word, "synonyms": row.synonyms}
        await row.delete(using_db=client)
        await audit.record(
            client,
            act,
            "search_synonym.remove",
            format_id("SearchSynonym", synonym_id),
            before,
        )
