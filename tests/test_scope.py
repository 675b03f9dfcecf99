"""What a viewer may not see never shows: on no way to it, in no count, no cursor, no series.

Drafts, withdrawn articles and their posts carry a canary in every text and numbers of their own.
Administrators, strangers, holders of roles in different parts of the tree and partners take turns
on one engine, so that no plan made for one serves another with the wrong rows. Ways of two steps
and one beyond in every run, of three with XINFENG_SLOW=1:

    XINFENG_SLOW=1 .venv/bin/python -m pytest tests/test_scope.py
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import pytest
import pytest_asyncio

from domain.access import (
    ANONYMOUS,
    EVERY_SCOPE,
    SYSTEM,
    Act,
    Grant,
    Kind,
    Role,
    Scope,
    Viewer,
)
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.articles.rules import ArticleStatus
from domain.reviews.models import Review, ReviewAssignment
from domain.reviews.rules import OPEN_STATES
from tests.oracle.comparison import Pairs, read
from tests.oracle.documents import case_of
from tests.oracle.effort import IS_SLOW, MARKS, seeds
from tests.oracle.executor import schema_of
from tests.oracle.filling import CANARY
from tests.oracle.paths import Path, document, paths
from tests.oracle.restricted import closed_to
from tests.oracle.shrinking import agrees
from tests.oracle.sight import sees
from tests.oracle.tables import load
from tests.oracle.words import Words
from tests.side_by_side import SDL, Sides, sides

pytestmark = MARKS

HIDDEN_FROM = 7_700_000_000_000
HIDDEN = re.compile(rf"{CANARY}|7700000000\d{{3}}")
NUMBER = re.compile(r"7700000000\d{3}")
PATHS = paths(schema_of(SDL.read_text(encoding="utf-8")), 3 if IS_SLOW else 2)
ENDS = sorted({path.end for path in PATHS})
FAR_FROM_ARTICLES = ("Network", "Team")
"""Types from which one step leads to nothing that could be hidden, even for administrators."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(database: str) -> AsyncIterator[Sides]:
    async with sides(database, datetime.now(UTC), hidden_from=HIDDEN_FROM) as opened:
        yield opened


def _viewer(kind: Kind, number: int, *grants: Grant, scopes: Any = EVERY_SCOPE) -> Viewer:
    return Viewer(kind, number, f"{kind} {number}", grants, frozenset(scopes))


def granted(both: Sides) -> list[Viewer]:
    """Holders of roles below two different organizations, each with some of what is hidden but not
    all; two partners; and one who has every role but may read only what is public."""
    first, second = _homes(both)
    partners = sorted({row.partner_id for row in both.tables.all("Delivery", SYSTEM)})
    everywhere = [Grant(role, "") for role in Role]
    return [
        _viewer(Kind.USER, 1, Grant(Role.ANALYST, first)),
        _viewer(Kind.USER, 2, Grant(Role.ANALYST, second)),
        _viewer(Kind.USER, 3, Grant(Role.AUTHOR, first)),
        _viewer(Kind.APPLICATION, 4, Grant(Role.ANALYST, first), Grant(Role.PUBLISHER, second)),
        _viewer(Kind.USER, 5, Grant(Role.DISPATCHER, "")),
        _viewer(Kind.USER, 6, Grant(Role.ADMINISTRATOR, second)),
        _viewer(Kind.PARTNER, partners[0]),
        _viewer(Kind.PARTNER, partners[-1]),
        _viewer(Kind.APPLICATION, 7, *everywhere, scopes=[Scope.READ_PUBLIC]),
    ]


def _homes(both: Sides) -> tuple[str, str]:
    """Two paths, neither below the other, with the most hidden articles at or below them."""
    tables, hidden = both.tables, Counter[str]()
    for article in tables.all("Article", SYSTEM):
        if article.status is not ArticleStatus.PUBLISHED:
            line = tables.line(tables.nouns["Organization"][article.organization_id])
            hidden.update(row.path for row in line if row.parent_id is not None)
    first, *others = [path for path, _ in hidden.most_common()]
    apart = [
        path
        for path in others
        if not f"{path}.".startswith(f"{first}.") and not f"{first}.".startswith(f"{path}.")
    ]
    return first, apart[0]


def outside(both: Sides, viewer: Viewer) -> set[str]:
    """Numbers of the hidden rows that are not this viewer's to see."""
    return {
        str(row.pk)
        for rows in both.tables.nouns.values()
        for row in rows.values()
        if row.pk >= HIDDEN_FROM and not sees(both.tables, row, viewer)
    }


def _texts(value: Any) -> Iterator[str]:
    """Every leaf of an answer as text; cursors once more, as what they stand for."""
    if isinstance(value, Pairs):
        for _, inner in value:
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
        yield _opaque(value)
    else:
        yield str(value)


def _opaque(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def leaks(body: bytes) -> list[str]:
    return [text for text in _texts(read(body).get("data")) if HIDDEN.search(text)]


def _starts(path: Path, words: Words) -> list[str]:
    """Arguments of a path's first step: of something visible, and of something that is not."""
    name, target = path.steps[0]
    if name == "mostReadNow":
        return ["hours: 72"]
    known, hidden = _visible_and_hidden(words.ids[target])
    asked = [json.dumps(id_) for id_ in (known[0], *hidden[:1])]
    if name == "nodes":
        return [f"ids: {json.dumps([*known[:40], *hidden[:40]])}"]
    if name == "category":
        return [f"id: {id_}" for id_ in asked]
    if name == "article":
        slugs = [next(slug for slug in words.texts["slug"] if CANARY in slug)]
        return [f"id: {id_}" for id_ in asked] + [f"slug: {json.dumps(slug)}" for slug in slugs]
    if name == "articleRevision":
        known, hidden = _visible_and_hidden(words.ids["Article"])
        return [f"articleId: {json.dumps(id_)}, number: 2" for id_ in (*known[:3], *hidden[:3])]
    if name == "search":
        return [
            f"query: {json.dumps(text)}, asYouType: true"
            for text in SEARCHED[: 4 // len(path.steps) ** 2]
        ]
    if name == "front":
        organizations, _ = _visible_and_hidden(words.ids["Organization"])
        return [f'organizationId: "{id_}", name: "home"' for id_ in organizations[::3]]
    if name == "engagementSeries":
        return [f'id: {id_}, since: "2020-01-01"' for id_ in asked]
    if name == "leaderboard":
        of = f"of: {target.upper() if target in LED else 'ARTICLE'}S"
        return [of, f'{of}, since: "2020-01-01"']
    return [f"id: {id_}" for id_ in asked] if name in SINGLE else [""]


SEARCHED = ("黄村", "zeb*", CANARY, "大兴 黄村所")
LED = ("Account", "Article", "Organization", "Partner")
SINGLE = (
    *("node", "account", "campaign", "distribution", "media", "organization", "partner", "post"),
    "review",
)


def _visible_and_hidden(ids: list[str]) -> tuple[list[str], list[str]]:
    return (
        [id_ for id_ in ids if not HIDDEN.search(id_)],
        [id_ for id_ in ids if HIDDEN.search(id_)],
    )


@pytest.mark.parametrize("end", ENDS)
async def test_no_way_leads_to_a_hidden_row(both: Sides, end: str) -> None:
    shown_to_administrators = 0
    turns = cycle(granted(both))
    for path in (path for path in PATHS if path.end == end):
        for arguments in _starts(path, both.words):
            query = document(both.oracle, path, arguments)
            everything = await both.planned(query, {}, SYSTEM)
            assert everything.errors == (), query
            shown_to_administrators += len(leaks(everything.body))
            query = document(both.oracle, path, arguments, closed_to(ANONYMOUS))
            found = await both.agree(query, {}, ANONYMOUS)
            assert leaks(found.body) == [], f"{path}\n{query}"
            viewer = next(turns)
            query = document(both.oracle, path, arguments, closed_to(viewer))
            shown = " ".join(leaks((await both.agree(query, {}, viewer)).body))
            assert outside(both, viewer).isdisjoint(NUMBER.findall(shown)), f"{viewer}\n{query}"
    assert (shown_to_administrators > 0) is (end not in FAR_FROM_ARTICLES)


async def test_viewers_take_turns_on_one_engine(both: Sides) -> None:
    """Whoever comes first makes the plan; whoever comes next must not get the other's."""
    viewers = [SYSTEM, ANONYMOUS, *granted(both)]
    for seed in seeds(40, 3000):
        case = case_of(both.oracle, both.words, seed)
        first = seed % len(viewers)
        turns = (viewers[first:] + viewers[:first])[:5]
        for variables in case.sets:
            for viewer in turns:
                body = (await agrees(both, case.document, variables, viewer)).body
                shown = NUMBER.findall(" ".join(leaks(body)))
                assert viewer is SYSTEM or outside(both, viewer).isdisjoint(shown), case.document
                assert viewer is not ANONYMOUS or leaks(body) == [], case.document


NOT_YOURS = [
    "query($id: ID!) { it: node(id: $id) { id ... on Counted { reads { value } } } }",
    "query($id: ID!) { it: article(id: $id) { id title } }",
    "query($id: ID!) { nodes(ids: [$id]) { id } }",
    "query($id: ID!) { it: engagementSeries(id: $id) { metric points { value } } }",
    "query($id: ID!) { posts(filter: {articleId: $id}) { totalCount nodes { id } } }",
]


@pytest.mark.parametrize("query", NOT_YOURS)
async def test_not_yours_reads_as_not_there(both: Sides, query: str) -> None:
    _, hidden = _visible_and_hidden(both.words.ids["Article"])
    nothing = (await both.agree(query, {"id": "Article:999999"})).body
    for id_ in hidden:
        assert (await both.agree(query, {"id": id_})).body == nothing
    seen = [(await both.agree(query, {"id": id_}, SYSTEM)).body for id_ in hidden]
    assert sum(body != nothing for body in seen) > len(hidden) // 2


async def test_a_hidden_slug_reads_as_no_slug(both: Sides) -> None:
    query = "query($slug: String!) { article(slug: $slug) { id } }"
    slugs = [slug for slug in both.words.texts["slug"] if CANARY in slug]
    assert len(slugs) > 5
    for slug in slugs:
        assert read((await both.agree(query, {"slug": slug})).body)["data"] == [("article", None)]


WITHDRAWN = """query($id: ID!, $within: ID!, $slug: String!) {
    node(id: $id) { id } article(slug: $slug) { title posts { totalCount } }
    articles(first: 100) { totalCount nodes { id } edges { cursor } }
    posts(first: 100, filter: {within: $within}) { totalCount nodes { id article { id } } }
    leaderboard(of: ARTICLES, first: 100) { rank value subject { id } }
    network { counts { articles posts } } }"""


async def test_a_withdrawn_article_is_gone_from_plans_made_before(both: Sides) -> None:
    await ReviewAssignment.all().delete()
    reviewed = await Review.filter(state__in=OPEN_STATES).values_list("subject_id", flat=True)
    published = Article.filter(status=ArticleStatus.PUBLISHED, posts__public=True)
    article = await published.exclude(id__in=reviewed).order_by("id").first()
    assert article is not None
    given = {
        "id": f"Article:{article.id}",
        "within": f"Organization:{article.organization_id}",
        "slug": article.slug,
    }
    named = f'"{given["id"]}"'.encode()
    before = await both.agree(WITHDRAWN, given)
    assert named in before.body
    act = Act(SYSTEM, datetime.now(UTC), "request-1")
    await articles.withdraw(act, article.id, article.version)
    both.tables = await load()
    assert named not in (await both.agree(WITHDRAWN, given)).body
    assert named in (await both.agree(WITHDRAWN, given, SYSTEM)).body
    await articles.publish(act, article.id, article.version + 1, article.public_number)
    both.tables = await load()
    assert (await both.agree(WITHDRAWN, given)).body == before.body
