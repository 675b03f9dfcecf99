"""Plans, embargoes, fronts and what differs between revisions, from whole tables."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from domain.articles.blocks import stored
from domain.articles.comparison import compare
from tests.oracle.asked import Asked
from tests.oracle.conditions import Fits, before, equals, is_of, number_of, since
from tests.oracle.revisions import numbered
from tests.oracle.sight import holds
from tests.oracle.tables import Row

MOST_ENTRIES = 300


def _is_below(asked: Asked, plan: Row, id_: str) -> bool:
    article = asked.tables.nouns["Article"][plan.article_id]
    return asked.tables.is_within("Organization", article.organization_id, number_of(id_))


def _embargo(asked: Asked, article: Row) -> Row | None:
    found = asked.get("Embargo", article.id)
    return found if found is not None and found.until > asked.now else None


def _front(asked: Asked, root: None, organizationId: str, name: str) -> Row | None:  # noqa: N803 - as the argument is called in the graph
    wanted = number_of(organizationId), name
    fronts = asked.all("Front")
    return next((row for row in fronts if (row.organization_id, row.name) == wanted), None)


def _entries(asked: Asked, front: Row) -> list[Row]:
    """Slot by slot; what stands there from ever before what comes later."""
    found = [row for row in asked.all("FrontEntry") if row.front_id == front.id]
    starts = {row.id: (row.starts_at is not None, row.starts_at) for row in found}
    return sorted(found, key=lambda row: (row.slot, *starts[row.id], row.id))[:MOST_ENTRIES]


def _named(asked: Asked, content: dict[str, Any]) -> dict[str, Any]:
    """With the names on the way to its category in its place; no category is gone here."""
    category = asked.get("Category", content["category_id"])
    names = [row.name for row in asked.tables.line(category)] if category else []
    return {**content, "category_id": " / ".join(reversed(names)) or None}


def _compared(asked: Asked, root: None, articleId: str, **given: int) -> SimpleNamespace | None:  # noqa: N803 - as the argument is called in the graph
    """What is compared is the rule's own matter (tests/test_collisions.py): the two are found here,
    and shown as the graph shows them."""
    old, new = (numbered(asked, number_of(articleId), given[name]) for name in ("from", "to"))
    if old is None or new is None:
        return None
    found = compare(_named(asked, old.content), _named(asked, new.content))
    return SimpleNamespace(fields=found.fields, blocks=found.blocks)


def _block(name: str) -> Callable[[Asked, Any], Any]:
    def shown(asked: Asked, changed: Any) -> Any:
        block = getattr(changed, name)
        return stored((block,))[0] if block else None

    return shown


def _highlights(asked: Asked, article: Row) -> list[Row]:
    found = [row for row in asked.all("ArticleHighlight") if row.article_id == article.id]
    return sorted(found, key=lambda row: str(row.kind))


def _held(asked: Asked, kind: str) -> dict[int, Row]:
    """Highlights of that kind whose period runs, by article."""
    rows = asked.tables.nouns["ArticleHighlight"].values()
    return {row.article_id: row for row in rows if row.kind == kind and holds(row, asked.now)}


def _pinned(asked: Asked, organization: Row) -> list[Row]:
    held = _held(asked, "PINNED")
    found = [
        row
        for row in asked.all("Article")
        if row.organization_id == organization.id and row.id in held
    ]
    return sorted(found, key=lambda row: (held[row.id].starts_at, row.id), reverse=True)[:10]


def is_highlighted(asked: Asked, article: Row, kind: str) -> bool:
    return article.id in _held(asked, kind)


def _link_state(asked: Asked, link: Row) -> str:
    """Of a link by the system itself, or by somebody who is not there any more."""
    if link.revoked_at is not None:
        return "REVOKED"
    if link.expires_at <= asked.now:
        return "EXPIRED"
    return "SUSPENDED" if link.maker_id else "ACTIVE"


FITS: dict[str, dict[str, Fits]] = {
    "PublicationPlan": {
        "since": since("at"),
        "before": before("at"),
        "state": equals("state"),
        "step": equals("step"),
        "articleId": is_of("article_id"),
        "within": _is_below,
    }
}

FIELDS: dict[tuple[str, str], Callable[..., Any]] = {
    ("Article", "embargo"): _embargo,
    ("Article", "highlights"): _highlights,
    ("ArticleHighlight", "holdsNow"): lambda asked, row: holds(row, asked.now),
    ("ChangedBlock", "old"): _block("old"),
    ("ChangedBlock", "new"): _block("new"),
    ("Front", "entries"): _entries,
    ("FrontEntry", "holdsNow"): lambda asked, row: holds(row, asked.now),
    ("Organization", "pinned"): _pinned,
    ("PreviewLink", "revokedBy"): lambda asked, row: row.revoked_by or None,
    ("PreviewLink", "state"): _link_state,
    ("PublicationPlan", "problem"): lambda asked, row: row.problem or None,
    ("PublicationPlan", "told"): lambda asked, row: row.told or None,
    ("Query", "compareRevisions"): _compared,
    ("Query", "front"): _front,
}
