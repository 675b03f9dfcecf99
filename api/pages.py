"""Pages for people: what is here, the SDL, the docs."""

from __future__ import annotations

import html
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from api.callers import Unauthorized
from api.replies import headers_of
from domain.access import ANONYMOUS
from schema.execution.discretion import Introspection
from schema.execution.engine import Engine

UNKEPT = {"cache-control": "no-store", "vary": "authorization, cookie"}
ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/page.css"></head>
<body>{body}</body></html>
"""

HOME = """
<h1>新风 Xinfeng <small>one graph for a district media centre</small></h1>
<p>Articles, online volunteer campaigns, the partners that carry them further, and what became of
all of it: the reads. Every number says how well it is known and since when.</p>
<h2>Try</h2>
<ul>
<li><a href="/graphql">GraphiQL</a><span>Opens with a query worth running.</span></li>
<li><a href="/articles">Articles</a><span>As anybody reads them, without JavaScript.</span></li>
<li><a href="/schema.graphql">Schema (SDL)</a><span>Every type and field, described.</span></li>
</ul>
<h2>Yours</h2>
<ul>
<li><a href="/account">My account</a><span>Sign in, and see where you are signed in.</span></li>
</ul>
<h2>Read</h2>
<ul>{docs}</ul>
<h2>Addresses</h2>
<ul>
<li><code>/graphql</code><span>GraphQL over HTTP: GET for queries, POST for everything.</span></li>
<li><code>/v1/engagement</code><span>Partners push their statistics here, signed.</span></li>
<li><a href="/v1/openapi.json">/v1/openapi.json</a><span>The same, for machines.</span></li>
<li><code>/livez</code><span>Whether the process is alive.</span></li>
<li><code>/readyz</code><span>Whether it can answer, and if not, why.</span></li>
</ul>
"""


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(PAGE.format(title=html.escape(title), body=body))


def _title(path: Path) -> str:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return first.lstrip("# ").strip() or path.stem


def _docs() -> list[Path]:
    return sorted(path for path in DOCS.glob("*.md") if path.name != "README.md")


async def home(_request: Request) -> Response:
    docs = "".join(
        f'<li><a href="/docs/{path.stem}">{html.escape(path.stem)}</a>'
        f"<span>{html.escape(_title(path))}</span></li>"
        for path in _docs()
    )
    return _page("新风 Xinfeng", HOME.format(docs=docs))


async def document(request: Request) -> Response:
    """A page of docs/, as its plain Markdown."""
    for path in _docs():
        if path.stem == request.path_params["name"]:
            text = html.escape(path.read_text(encoding="utf-8"))
            return _page(_title(path), f'<p><a href="/">新风 Xinfeng</a></p><pre>{text}</pre>')
    return PlainTextResponse("there is no such page\n", 404)


async def sdl(request: Request) -> Response:
    """For those whom introspection shows it too."""
    engine: Engine = request.app.state.engine
    if engine.discretion.introspection is not Introspection.EVERYBODY:
        try:
            viewer = await request.app.state.callers.viewer_of(headers_of(request.scope))
        except Unauthorized:
            viewer = ANONYMOUS
        if not engine.discretion.introspection.is_for(viewer):
            return PlainTextResponse("the schema is not shown to you here\n", 403, UNKEPT)
    return PlainTextResponse(engine.sdl)


routes = [
    Route("/", home),
    Route("/docs/{name}", document),
    Route("/schema.graphql", sdl),
    Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
]
