"""What an article is, for machines: schema.org's NewsArticle as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from api.reading.asking import Article

CLOSING = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
"""In JSON these mean the same, and nothing in it can end the element it stands in."""


def news_article(article: Article, url: str, host: str, site: str) -> dict[str, Any]:
    """https://schema.org/NewsArticle. url: the article's own; host: with its scheme."""
    said = {
        "alternativeHeadline": article.subtitle,
        "articleSection": article.filed,
        "image": [f"{host}{article.cover_path}"] if article.cover else [],
        "keywords": list(dict.fromkeys([*article.keywords, *article.tags])),
        "isBasedOn": article.source_url,
        "contributor": [{"@type": "Person", "name": each.name} for each in article.credits],
        "correction": [
            {
                "@type": "CorrectionComment",
                "datePublished": each.at.isoformat(),
                "text": each.text,
            }
            for each in article.corrections
        ],
    }
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "headline": article.title,
        "description": article.summary,
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.updated_at.isoformat(),
        "inLanguage": article.language,
        "isAccessibleForFree": True,
        "author": [{"@type": "Person", "name": article.author.name}],
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": article.organization.name,
            "parentOrganization": {"@type": "Organization", "name": site},
        },
        **{name: value for name, value in said.items() if value},
    }


def in_script(content: dict[str, Any]) -> Markup:
    """JSON that may stand in a script element."""
    return Markup(json.dumps(content, ensure_ascii=False).translate(CLOSING))
