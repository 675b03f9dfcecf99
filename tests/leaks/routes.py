"""Every address that is served, and what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tests.leaks.hidden import FIRST, MARK, Hidden


class Asked(NamedTuple):
    method: str
    path: str
    body: bytes = b""


NOT_A_LINK = "A" * 43
NO_DRAFTS = ("/livez", "/readyz", "/docs/{name}", "/schema.graphql", "/static", "/v1/openapi.json")
"""Addresses that say the same whatever is written."""

OWN = (
    *("/sign-in", "/sign-in/code", "/sign-out", "/sign-out/everywhere"),
    *("/sign-in/openid", "/sign-in/openid/back", "/account", "/account/password"),
    *("/account/second-factor", "/account/second-factor/confirm"),
    *("/account/second-factor/remove", "/account/sessions/{session_id:int}/end"),
)
"""Addresses that say something of an account to its owner alone."""


def requests(hidden: Hidden) -> dict[str, Sequence[Asked]]:
    """By route, with what is hidden wherever something can be named."""
    get = [Asked("GET", path) for path in hidden.paths]
    number, slug = hidden.paths[0], f"{MARK}slug"
    partner = hidden.district.ids["partner"]
    lists = [
        f"?organization={hidden.district.ids['here']}",
        f"?organization={hidden.district.ids['desk']}",
        f"?tag={MARK}tag",
        "?category=Category:1",
        "",
    ]
    feeds = [
        f"/feeds/articles.{form}{given}" for form in ("rss", "atom", "json") for given in lists
    ]
    push = f'{{"items": [{{"post": "Post:{FIRST}", "metric": "READS", "value": 1}}]}}'.encode()
    sizes = [
        f"{get[1].path.rsplit('/', 1)[0]}/renditions/{name}" for name in ("320.webp", "9.jpeg")
    ]
    guessed = f"/preview/{NOT_A_LINK}"
    return {
        "/": [Asked("GET", "/")],
        "/articles": [Asked("GET", "/articles")],
        "/articles/{slug}": [Asked("GET", f"/articles/{slug}")],
        "/articles/{number:int}/record": [Asked("GET", f"/articles/{FIRST}/record")],
        "/articles/{number:int}/record.pdf": [Asked("GET", f"/articles/{FIRST}/record.pdf")],
        "/feeds/articles.{form}": [Asked("GET", path) for path in feeds],
        "/robots.txt": [Asked("GET", "/robots.txt")],
        "/sitemap.xml": [
            Asked("GET", f"/{path}.xml") for path in ("sitemap", "sitemaps/articles-1")
        ],
        "/sitemaps/articles-{part:int}.xml": [
            Asked("GET", f"/sitemaps/articles-{part}.xml") for part in (2, FIRST // 50_000 + 1)
        ],
        "/sitemaps/news.xml": [Asked("GET", "/sitemaps/news.xml")],
        "/media/{number:int}": [Asked("GET", number), Asked("GET", f"{number}?format=webp")],
        "/media/{sha256}/{name}": get[1:],
        "/media/{sha256}/renditions/{size}": [Asked("GET", path) for path in sizes],
        "/preview/{secret}": [Asked("GET", path) for path in (guessed, f"/preview/{slug}")],
        "/preview/{secret}/media/{number:int}": [Asked("GET", f"{guessed}/media/{FIRST}")],
        "/review/{secret}": [Asked(method, f"/review/{NOT_A_LINK}") for method in ("GET", "POST")],
        "/link/{secret}": [Asked(method, f"/link/{NOT_A_LINK}") for method in ("GET", "POST")],
        "/v1/engagement": [Asked("POST", f"/v1/engagement?partner={partner}", push)],
        "/v1/engagement/import": [
            Asked("POST", f"/v1/engagement/import?partner={partner}&dryRun=true", push)
        ],
        "/v1/media": [Asked("POST", f"/v1/media?organization={hidden.district.ids['here']}", b"x")],
        "/v1/deliveries": [Asked("GET", f"/v1/deliveries?partner={partner}")],
        "/v1/deliveries/{webhook_id:path}": [Asked("GET", f"/v1/deliveries/x?partner={partner}")],
    }
