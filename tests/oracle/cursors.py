"""Where cursors come from: they are opaque, so answers give them, of every list in every order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.oracle.words import Order

LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Article": ("articles", ("NEWEST", "OLDEST", "MOST_READ")),
    "AuditEntry": ("auditEntries", ("NEWEST", "OLDEST")),
    "Campaign": ("campaigns", ("NEWEST", "OLDEST", "MOST_READ")),
    "Category": ("categories", ("POSITION", "NAME")),
    "Distribution": ("distributions", ("LATEST",)),
    "InflationFlag": ("inflationFlags", ("LATEST",)),
    "Media": ("mediaLibrary", ("LATEST", "ENTERED")),
    "Organization": ("organizations", ("ENTERED", "NAME", "MOST_READ")),
    "Partner": ("partners", ("ENTERED", "NAME", "MOST_READ")),
    "Post": ("posts", ("NEWEST", "OLDEST", "MOST_READ")),
    "PublicationPlan": ("publicationPlans", ("SOONEST", "LATEST")),
    "Review": ("reviews", ("LATEST", "OLDEST", "DUE")),
    "ReviewTerm": ("reviewTerms", ("WORD",)),
    "ReviewWorkflow": ("reviewWorkflows", ("NAME",)),
    "Team": ("teams", ("ENTERED",)),
    "WebhookEndpoint": ("webhookEndpoints", ("ENTERED",)),
}
"""Lists at the root, by the type of their rows, with their orders."""

INNER: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Account": ("partners", "accounts", ("ENTERED", "MOST_READ")),
    "ArticleRevision": ("articles", "revisions", ("LATEST",)),
    "Delivery": ("partners", "deliveries", ("LATEST",)),
    "EngagementDiscount": ("posts", "discounts", ("LATEST",)),
    "PreviewLink": ("articles", "previewLinks", ("LATEST",)),
    "ReviewEntry": ("reviews", "entries", ("OLDEST", "LATEST")),
    "ReviewFinding": ("reviews", "findings", ("OLDEST", "LATEST")),
    "WebhookMessage": ("webhookEndpoints", "messages", ("LATEST",)),
}
"""Lists below another one."""


def queries() -> Iterator[tuple[Order, str]]:
    """A document for each list and order, whose answer has no other text than its cursors."""
    for type_name, (name, orders) in LISTS.items():
        for order in orders:
            yield (type_name, order), f"{{ {_listed(name, order)} }}"
    for type_name, (outer, inner, orders) in INNER.items():
        for order in orders:
            below = _listed(inner, order)
            yield (type_name, order), f"{{ {outer}(first: 50) {{ nodes {{ {below} }} }} }}"

    for query in ("黄", "zeb*", "大兴 黄村所"):
        asked = json.dumps(query, ensure_ascii=False)
        yield ("SearchHit", "FOUND"), f"{{ search(query: {asked}) {{ edges {{ cursor }} }} }}"


def _listed(name: str, order: str) -> str:
    return f"{name}(first: 50, orderBy: {order}) {{ edges {{ cursor }} }}"


def cursors(value: Any) -> list[str]:
    """Every text in an answer."""
    if isinstance(value, str):
        return [value]
    inner = value if isinstance(value, list) else []
    return [text for item in inner for text in cursors(item[1] if type(item) is tuple else item)]
