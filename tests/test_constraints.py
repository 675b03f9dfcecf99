"""Every constraint and index that a model states stands in the database."""

from __future__ import annotations

from tortoise import Tortoise, connections

CONSTRAINTS = """
SELECT conrelid::regclass::text AS "table", conname AS name FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
"""
INDEXES = (
    "SELECT tablename AS \"table\", indexname AS name FROM pg_indexes WHERE schemaname = 'public'"
)


async def _found(sql: str) -> set[tuple[str, str]]:
    rows = await connections.get("default").execute_query_dict(sql)
    return {(row["table"], row["name"]) for row in rows}


async def test_every_constraint_of_a_model_stands_in_the_database(database: str) -> None:
    stated = {
        (model._meta.db_table, constraint.name)
        for model in Tortoise.apps["domain"].values()
        for constraint in model._meta.constraints or ()
    }
    assert len(stated) > 50
    assert stated - await _found(CONSTRAINTS) == set()


async def test_every_named_index_of_a_model_stands_in_the_database(database: str) -> None:
    stated = {
        (model._meta.db_table, index.name)
        for model in Tortoise.apps["domain"].values()
        for index in model._meta.indexes or ()
        if not isinstance(index, tuple) and index.name
    }
    assert len(stated) > 5
    assert stated - await _found(INDEXES) == set()
