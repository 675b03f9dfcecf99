"""GraphiQL: the library's page, opening with a query worth running, asking no other host.

Nothing stands inline. Its policy differs from other pages' by a nonce, new with each response, for
the style elements that the library's dialogs add.
"""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from pathlib import Path

from api.replies import Reply
from api.response_headers import PAGE_POLICY, POLICY

EXAMPLE = """\
# 新风 Xinfeng. Run this with Ctrl-Enter, wait a few seconds, run it again: the reads grow.
query Overview {
  network {
    reads { value status asOf coverage { known counted } }
    counts { organizations teams partners articles posts }
  }
  articles(first: 5, orderBy: MOST_READ) {
    nodes {
      title
      author { name }
      organization { name }
      reads { value status }
      posts(first: 3) {
        nodes { partner { name } account { platform } reads { value status } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
  leaderboard(of: PARTNERS, first: 3) {
    rank
    value
    subject { ... on Partner { name } }
  }
}
"""

ADDRESS = "/static/graphiql"
FILES = Path(__file__).parent / "static" / "graphiql"
STYLES = (
    "graphiql@3.8.3/graphiql.min.css",
    "@graphiql/plugin-explorer@1.0.2/dist/style.css",
    "page.css",
)
SCRIPTS = (
    "react@18.2.0/umd/react.production.min.js",
    "react-dom@18.2.0/umd/react-dom.production.min.js",
    "graphiql@3.8.3/graphiql.min.js",
    "@graphiql/plugin-explorer@1.0.2/dist/index.umd.js",
    "page.js",
)

PLACE = "nonce-goes-here"
NONCES = ("", "", "", "", f' nonce="{PLACE}"')
NONCE_BYTES = 18

HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Xinfeng GraphiQL</title>
<link rel="icon" href="data:,">
{styles}
</head><body>
<div id="graphiql" class="graphiql-container" data-example="{example}">Loading…</div>
{scripts}
</body></html>
"""


def _integrity(name: str) -> str:
    """Of a file as it is released: the page loads no other."""
    return (
        "sha384-" + base64.b64encode(hashlib.sha384((FILES / name).read_bytes()).digest()).decode()
    )


def _page() -> str:
    return HTML.format(
        example=html.escape(EXAMPLE),
        styles="\n".join(
            f'<link rel="stylesheet" href="{ADDRESS}/{name}" integrity="{_integrity(name)}">'
            for name in STYLES
        ),
        scripts="\n".join(
            f'<script src="{ADDRESS}/{name}" integrity="{_integrity(name)}"{nonce}></script>'
            for name, nonce in zip(SCRIPTS, NONCES, strict=True)
        ),
    )


PAGE = _page()


def page() -> Reply:
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    policy = PAGE_POLICY.replace(b"style-src 'self'", f"style-src 'self' 'nonce-{nonce}'".encode())
    headers = ((POLICY, policy), (b"cache-control", b"no-store"))
    body = PAGE.replace(PLACE, nonce).encode()
    return Reply(200, b"text/html; charset=utf-8", body, headers)
