"""An article as JSON and as Markdown. Pure; Markdown is read again as the same blocks."""

from __future__ import annotations

import json
from typing import Any

import yaml

from domain.articles.blocks import loaded, to_markdown
from domain.articles.exports.selection import Exported

FRONT = (
    *("subtitle", "summary", "tags", "keywords", "language", "source", "source_url"),
    "cover",
)


def as_json(article: Exported) -> str:
    return json.dumps(_said(article) | article.content, ensure_ascii=False, indent=2) + "\n"


def as_markdown(article: Exported) -> str:
    """With front matter in YAML, as static site generators read it."""
    content = article.content
    front = {"title": content["title"]} | _said(article)
    front |= {name: content[name] for name in FRONT if content.get(name)}
    front = {name: value for name, value in front.items() if value not in (None, "", [])}
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{head}---\n\n{to_markdown(loaded(content['blocks']))}"


def _said(article: Exported) -> dict[str, Any]:
    published_at = article.published_at or article.source_published_at
    return {
        "id": article.id,
        "slug": article.slug,
        "status": article.status.value,
        "author": article.author,
        "organization": article.organization,
        "category": list(article.category),
        "date": published_at.isoformat() if published_at else None,
    }
