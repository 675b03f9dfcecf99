"""Writing over the graph: bodies in three forms, drafts beside what is public, revisions compared,
restored and named; and nobody sees them who does not see drafts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role
from domain.tokens.actions import create as create_token
from tests.access_table.district import make_media
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_category, make_world

CREATE = """mutation($input: CreateArticleInput!) { it: createArticle(input: $input) {
    ... on ArticlePayload { article { id version blocks body plainText draft { number } } }
    ... on Problem { code path message } } }"""
UPDATE = """mutation($input: UpdateArticleInput!) { it: updateArticle(input: $input) {
    ... on ArticlePayload { article { version title blocks
        draft { number title reason actor isPublic } publicRevision { number } } }
    ... on Problem { code path message } } }"""
PUBLISH = """mutation($input: PublishArticleInput!) { it: publishArticle(input: $input) {
    ... on ArticlePayload { article { version title draft { number } } }
    ... on Problem { code path } } }"""
COMPARE = """query($id: ID!, $from: Int!, $to: Int!) {
    it: compareRevisions(articleId: $id, from: $from, to: $to) {
        fields { name old new words { kind text } }
        blocks { kind blockId oldIndex newIndex isMoved old new words { kind text } } } }"""
RESTORE = """mutation($input: RestoreRevisionInput!) { it: restoreRevision(input: $input) {
    ... on ArticlePayload { article { version title draft { number title reason } } }
    ... on Problem { code path } } }"""
NAME = """mutation($input: NameRevisionInput!) { it: nameRevision(input: $input) {
    ... on RevisionPayload { revision { id number name } } ... on Problem { code path } } }"""
PUBLIC = """query($id: ID!) { article(id: $id) { title body blocks plainText version updatedAt
    subtitle summary cover category { name } tags keywords language source sourceUrl
    shareTitle shareSummary credits { role name } corrections { text } } }"""


@dataclass
class Desk:
    """token: of who may do everything."""

    graph: Graph
    world: World
    token: str

    async def ask(self, query: str, **given: Any) -> Any:
        return (await self.graph.ask(query, token=self.token, **given))["it"]

    async def article(self, **given: Any) -> str:
        made = await self.ask(
            CREATE,
            input={
                "title": "志愿者进社区",
                "authorId": f"Person:{self.world.person_id}",
                "organizationId": f"Organization:{self.world.organization_id}",
                **given,
            },
        )
        return str(made["article"]["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with graph(database_url) as opened:
        _, token = await create_token(EDITOR, "desk", Role.ADMINISTRATOR, None)
        yield Desk(opened, await make_world(), token)


def paragraph(id_: str, text: str) -> dict[str, Any]:
    return {"id": id_, "text": [{"text": text}], "type": "paragraph"}


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ("body", "<p>你好，<b>世界</b></p>"),
        ("markdown", "你好，**世界**"),
        (
            "blocks",
            [
                {
                    "type": "paragraph",
                    "text": [{"text": "你好，"}, {"text": "世界", "marks": ["strong"]}],
                }
            ],
        ),
    ],
)
async def test_a_body_is_given_in_any_form(desk: Desk, form: str, given: Any) -> None:
    article = await desk.article(**{form: given})
    found = await desk.ask(
        "query($id: ID!) { it: article(id: $id) { blocks body plainText } }", id=article
    )
    (block,) = found["blocks"]
    assert block.pop("id")
    assert block == {
        "type": "paragraph",
        "text": [{"text": "你好，"}, {"text": "世界", "marks": ["strong"]}],
    }
    assert found["body"] == "<p>你好，<strong>世界</strong></p>"
    assert found["plainText"] == "你好，世界"


async def test_one_body_is_given(desk: Desk) -> None:
    given = {"title": "x", "authorId": f"Person:{desk.world.person_id}"}
    home = f"Organization:{desk.world.organization_id}"
    refused = await desk.ask(
        CREATE, input={**given, "organizationId": home, "body": "a", "markdown": "b"}
    )
    assert (refused["code"], refused["path"]) == ("TOO_MANY_BODIES", ["input", "markdown"])


WRONG: list[tuple[Any, str, list[str]]] = [
    ([{"type": "poem", "text": []}], "INVALID_BLOCK", ["0", "type"]),
    ([{"text": []}], "INVALID_BLOCK", ["0"]),
    ([paragraph("a", "x"), paragraph("a", "y")], "REPEATED", ["1", "id"]),
    ([paragraph("a b", "x")], "INVALID_ID", ["0", "id"]),
    ([paragraph("a", "")], "EMPTY", ["0", "text"]),
    ([{"type": "paragraph", "text": [{"text": 1}]}], "INVALID_BLOCK", ["0", "text", "0", "text"]),
    (
        [{"type": "paragraph", "text": [{"text": "x", "marks": ["blink"]}]}],
        "INVALID_BLOCK",
        ["0", "text", "0", "marks", "0"],
    ),
    (
        [{"type": "paragraph", "text": [{"text": "x", "link": "javascript:x"}]}],
        "INVALID_URL",
        ["0", "text", "0", "link"],
    ),
    ([{"type": "heading", "level": 1, "text": [{"text": "x"}]}], "OUT_OF_RANGE", ["0", "level"]),
    ([{"type": "list", "items": []}], "EMPTY", ["0", "items"]),
    (
        [{"type": "list", "items": [{"text": [{"text": "x"}], "nested": {"items": []}}]}],
        "EMPTY",
        ["0", "items", "0", "nested", "items"],
    ),
    ([{"type": "image", "alt": "x"}], "INVALID_BLOCK", ["0"]),
    ([{"type": "image", "media": "Article:1"}], "INVALID_ID", ["0", "media"]),
    ([{"type": "image", "url": "ftp://a.example/x"}], "INVALID_URL", ["0", "url"]),
    ([{"type": "table", "rows": [[[]], [[], []]]}], "UNEVEN", ["0", "rows", "1"]),
    ([{"type": "embed", "url": ""}], "EMPTY", ["0", "url"]),
]


@pytest.mark.parametrize(("blocks", "code", "place"), WRONG)
async def test_what_is_wrong_in_a_body_is_named(
    desk: Desk, blocks: Any, code: str, place: list[str]
) -> None:
    article = await desk.article()
    refused = await desk.ask(UPDATE, input={"id": article, "version": 1, "blocks": blocks})
    assert (refused["code"], refused["path"]) == (code, ["input", "blocks", *place])
    found = await desk.ask("query($id: ID!) { it: article(id: $id) { version } }", id=article)
    assert found == {"version": 1}


async def test_a_draft_beside_what_is_public_is_seen_by_editors_alone(desk: Desk) -> None:
    article = await desk.article(markdown="一", tags=["旧"], summary="旧")
    cover = await make_media(desk.world.organization_id, "封面.pdf")
    filed = await make_category()
    await desk.ask(PUBLISH, input={"id": article, "version": 1})
    before = await desk.graph.ask(PUBLIC, id=article)
    saved = await desk.ask(
        UPDATE,
        input={
            "id": article,
            "version": 2,
            "title": "新题",
            "subtitle": "副题",
            "markdown": "二",
            "cover": f"Media:{cover}",
            "categoryId": f"Category:{filed}",
            "tags": ["新"],
            "keywords": ["志愿"],
            "language": "en",
            "source": "新华社",
            "sourceUrl": "https://example.org/",
            "credits": [{"role": "摄影", "name": "李"}],
            "shareTitle": "转",
            "shareSummary": "发",
            "correction": "更正：一为二",
            "reason": "补充事实",
        },
    )
    assert saved["article"] == {
        "version": 3,
        "title": "志愿者进社区",
        "blocks": before["article"]["blocks"],
        "draft": {
            "number": 2,
            "title": "新题",
            "reason": "补充事实",
            "actor": f"desk (Token:{1})",
            "isPublic": False,
        },
        "publicRevision": {"number": 1},
    }
    assert await desk.graph.ask(PUBLIC, id=article) == before
    await desk.ask(PUBLISH, input={"id": article, "version": 3})
    after = (await desk.graph.ask(PUBLIC, id=article))["article"]
    assert (after["title"], after["plainText"], after["version"]) == ("新题", "二", 4)
    assert (after["credits"], after["corrections"]) == (
        [{"role": "摄影", "name": "李"}],
        [{"text": "更正：一为二"}],
    )


HIDDEN = [
    '{ it: article(id: "%(id)s") { draft { title } publicRevision { number } } }',
    '{ it: article(id: "%(id)s") { revisions { totalCount nodes { title } edges { cursor } } } }',
    '{ it: articleRevision(articleId: "%(id)s", number: 2) { title } }',
    '{ it: node(id: "%(revision)s") { id } }',
    '{ it: compareRevisions(articleId: "%(id)s", from: 1, to: 2) { fields { new } } }',
    '{ it: articles(filter: {tag: "秘密"}) { totalCount nodes { id } } }',
]
NOTHING = [
    {"draft": None, "publicRevision": None},
    {"revisions": {"totalCount": 0, "nodes": [], "edges": []}},
    None,
    None,
    None,
    {"totalCount": 0, "nodes": []},
]


async def test_nothing_of_a_draft_is_found_by_others(desk: Desk) -> None:
    article = await desk.article(markdown="一")
    await desk.ask(PUBLISH, input={"id": article, "version": 1})
    given = {"id": article, "version": 2, "title": "秘密", "tags": ["秘密"]}
    await desk.ask(UPDATE, input=given)
    asked = "query($id: ID!) { it: article(id: $id) { revisions { nodes { id } } } }"
    revision = (await desk.ask(asked, id=article))["revisions"]["nodes"][0]["id"]
    _, stranger = await create_token(EDITOR, "stranger", None, None)
    for token in ("", stranger):
        for query, nothing in zip(HIDDEN, NOTHING, strict=True):
            filled = query % {"id": article, "revision": revision}
            found = await desk.graph.ask(filled, token=token)
            assert found == {"it": nothing}, query
    for query in HIDDEN[:-1]:
        found = await desk.ask(query % {"id": article, "revision": revision})
        assert found is not None, query
        assert "None" not in str(found), query


async def test_two_revisions_compared(desk: Desk) -> None:
    first = [paragraph("a", "甲"), paragraph("b", "乙乙乙"), paragraph("c", "丙 one two")]
    article = await desk.article(blocks=first)
    second = [paragraph("c", "丙 one 2"), paragraph("d", "丁"), paragraph("b", "乙乙乙")]
    given = {"id": article, "version": 1, "title": "志愿者来到社区", "blocks": second}
    await desk.ask(UPDATE, input=given)
    found = await desk.ask(COMPARE, id=article, **{"from": 1, "to": 2})
    assert found["fields"] == [
        {
            "name": "title",
            "old": "志愿者进社区",
            "new": "志愿者来到社区",
            "words": [
                {"kind": "SAME", "text": "志愿者"},
                {"kind": "REMOVED", "text": "进"},
                {"kind": "ADDED", "text": "来到"},
                {"kind": "SAME", "text": "社区"},
            ],
        }
    ]
    assert [
        (block["kind"], block["blockId"], block["oldIndex"], block["newIndex"], block["isMoved"])
        for block in found["blocks"]
    ] == [
        ("REMOVED", "a", 0, None, False),
        ("CHANGED", "c", 2, 0, True),
        ("ADDED", "d", None, 1, False),
    ]
    assert found["blocks"][1]["words"] == [
        {"kind": "SAME", "text": "丙 one "},
        {"kind": "REMOVED", "text": "two"},
        {"kind": "ADDED", "text": "2"},
    ]
    assert found["blocks"][2]["new"] == paragraph("d", "丁")
    assert await desk.ask(COMPARE, id=article, **{"from": 1, "to": 3}) is None
    assert (await desk.ask(COMPARE, id=article, **{"from": 2, "to": 2})) == {
        "fields": [],
        "blocks": [],
    }


async def test_an_older_revision_is_taken_up_again(desk: Desk) -> None:
    article = await desk.article(markdown="一")
    await desk.ask(UPDATE, input={"id": article, "version": 1, "title": "二", "markdown": "二"})
    given = {"id": article, "version": 2, "number": 1}
    assert (await desk.ask(RESTORE, input=given))["article"] == {
        "version": 3,
        "title": "志愿者进社区",
        "draft": {"number": 3, "title": "志愿者进社区", "reason": "as in revision 1"},
    }
    stale = await desk.ask(RESTORE, input=given)
    assert stale == {"code": "STALE_VERSION", "path": ["input", "version"]}
    unknown = await desk.ask(RESTORE, input={"id": article, "version": 3, "number": 4})
    assert unknown == {"code": "NOT_FOUND", "path": ["input", "number"]}
    compared = await desk.ask(COMPARE, id=article, **{"from": 1, "to": 3})
    assert compared == {"fields": [], "blocks": []}


async def test_a_revision_is_named_anew_and_loses_its_name(desk: Desk) -> None:
    article = await desk.article()
    for name, shown in (("送审稿", "送审稿"), ("定稿", "定稿"), ("", None)):
        given = {"id": article, "number": 1, "name": name}
        named = (await desk.ask(NAME, input=given))["revision"]
        assert (named["number"], named["name"]) == (1, shown)
    for number, name, code in ((2, "x", "NOT_FOUND"), (1, "字" * 101, "TOO_LONG")):
        refused = await desk.ask(NAME, input={"id": article, "number": number, "name": name})
        assert refused["code"] == code


async def test_blocks_keep_their_ids_through_edits_as_markdown(desk: Desk) -> None:
    article = await desk.article(markdown="# 头\n\n一段话在这里\n\n另一段\n\n- 项")
    asked = "query($id: ID!) { it: article(id: $id) { blocks } }"
    before = [block["id"] for block in (await desk.ask(asked, id=article))["blocks"]]
    edited = "另一段\n\n# 头\n\n新\n\n一段话改了在这里\n\n- 项"
    await desk.ask(UPDATE, input={"id": article, "version": 1, "markdown": edited})
    after = [block["id"] for block in (await desk.ask(asked, id=article))["blocks"]]
    assert len(set(after)) == 5
    assert [after[0], after[1], after[3], after[4]] == [before[2], before[0], before[1], before[3]]
