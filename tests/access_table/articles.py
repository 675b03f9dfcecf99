"""Articles."""

from __future__ import annotations

from typing import Any

from domain.articles import actions as articles
from tests.access_table.callers import (
    DRAFTS,
    ELSEWHERE,
    EMPTY,
    HERE,
    NOBODY,
    NOT_THERE,
    NOT_YOURS,
    ONE,
    PUBLISHERS,
    WRITERS,
    Read,
    Write,
    listed,
)
from tests.access_table.district import District
from tests.rows import make_article

QUERIES: dict[str, list[Read]] = {
    "node": [
        Read('{ it: node(id: "%(draft)s") { id } }', DRAFTS, {"id": "%(draft)s"}),
    ],
    "nodes": [
        Read('{ it: nodes(ids: ["%(draft)s"]) { id } }', DRAFTS, [{"id": "%(draft)s"}], [None])
    ],
    "article": [Read('{ it: article(id: "%(draft)s") { title } }', DRAFTS, {"title": "草稿"})],
    "articleRevision": [
        Read(
            '{ it: articleRevision(articleId: "%(draft)s", number: 1) { title } }',
            DRAFTS,
            {"title": "草稿"},
        )
    ],
    "compareRevisions": [
        Read(
            '{ it: compareRevisions(articleId: "%(draft)s", from: 1, to: 1) { fields { name } } }',
            DRAFTS,
            {"fields": []},
        )
    ],
    "articles": [
        Read(
            '{ it: articles(filter: {organizationId: "%(here)s", status: DRAFT}) ' + ONE + " }",
            DRAFTS,
            listed("draft"),
            EMPTY,
        )
    ],
}


async def _draft(district: District) -> dict[str, Any]:
    return {"id": f"Article:{await make_article(district.here)}", "version": 1}


async def _published(district: District) -> dict[str, Any]:
    number = await make_article(district.here)
    await articles.publish(district.act, number, 1)
    return {"id": f"Article:{number}", "version": 2}


async def _new_article(district: District) -> dict[str, Any]:
    ids = district.ids
    return {"title": "新", "authorId": ids["person"], "organizationId": ids["here"]}


async def _renamed(district: District) -> dict[str, Any]:
    return {**await _draft(district), "title": "改"}


async def _restored(district: District) -> dict[str, Any]:
    return {**await _draft(district), "number": 1}


async def _named(district: District) -> dict[str, Any]:
    return {"id": (await _draft(district))["id"], "number": 1, "name": "送审稿"}


async def _edited(district: District) -> dict[str, Any]:
    return {"id": (await _draft(district))["id"]}


STRANGERS = frozenset({"author elsewhere", "administrator elsewhere"})

MUTATIONS: dict[str, Write] = {
    "createArticle": Write(
        _new_article,
        frozenset({"author", "administrator", "network"}),
        NOBODY,
        ((frozenset({"author elsewhere", "administrator elsewhere"}), HERE),),
    ),
    "updateArticle": Write(
        _renamed,
        WRITERS,
        NOBODY,
        ((frozenset({"author elsewhere", "administrator elsewhere"}), NOT_THERE),),
    ),
    "restoreRevision": Write(_restored, WRITERS, NOBODY, ((STRANGERS, NOT_THERE),)),
    "touchEditing": Write(_edited, WRITERS, NOBODY, ((STRANGERS, NOT_THERE),), entries=0),
    "stopEditing": Write(_edited, WRITERS, NOBODY, ((STRANGERS, NOT_THERE),), entries=0),
    "nameRevision": Write(_named, WRITERS, NOBODY, ((STRANGERS, NOT_THERE),)),
    "publishArticle": Write(_draft, PUBLISHERS, NOBODY, ((ELSEWHERE, NOT_THERE),)),
    "withdrawArticle": Write(_published, PUBLISHERS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
}
