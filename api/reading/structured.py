"""What an article is, for machines: schema.org's NewsArticle as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from api.reading.asking import Article

CLOSING = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
"""In JSON these mean the same, and nothing in it can end the element it stands in."""


def news_article(article: Article, url: str, site: str, language: str) -> dict[str, Any]:
    """https://schema.org/NewsArticle. url: the article's own."""
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "headline": article.title,
        "description": article.summary,
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.updated_at.isoformat(),
        "inLanguage": language,
        "articleSection": article.category,
        "keywords": article.tags,
        "isAccessibleForFree": True,
        "author": [{"@type": "Person", "name": article.author.name}],
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": article.organization.name,
            "parentOrganization": {"@type": "Organization", "name": site},
        },
    }


def in_script(content: dict[str, Any]) -> Markup:
    """JSON that may stand in a script element."""
    return Markup(json.dumps(content, ensure_ascii=False).translate(CLOSING))
