"""GraphiQL: the library's page, opening with a query worth running, asking no other host."""

from __future__ import annotations

import json
import re

from strawberry.http.ides import get_graphql_ide_html

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


ELSEWHERE = "https://unpkg.com/"


def _page() -> str:
    page, count = re.subn(
        r"const EXAMPLE_QUERY = `[^`]*`;",
        lambda _: f"const EXAMPLE_QUERY = {json.dumps(EXAMPLE)};",
        get_graphql_ide_html("graphiql"),
    )
    if count != 1:
        raise RuntimeError("the GraphiQL page has no example query to replace")
    page = page.replace("<title>Strawberry GraphiQL</title>", "<title>Xinfeng GraphiQL</title>")
    return page.replace(ELSEWHERE, "/static/graphiql/")


PAGE = _page()
