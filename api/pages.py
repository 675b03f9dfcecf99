"""Pages for people: what is here, the SDL, the docs."""

from __future__ import annotations

import html
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --faint: #6b7280; --line: #e3e6eb;
  --paper: #fbfbfa; --accent: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ee; --faint: #9aa3b2; --line: #2c323d;
  --paper: #14171c; --accent: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 3rem 1.25rem 5rem; color: var(--ink);
  background: var(--paper); line-height: 1.65;
  font: 1rem/1.65 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.9rem; margin: 0 0 .25rem; } h1 small { color: var(--faint); font-weight: 400; }
h2 { font-size: 1.05rem; margin: 2.2rem 0 .6rem; }
a { color: var(--accent); text-underline-offset: .2em; }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li { display: grid; grid-template-columns: 11rem 1fr; gap: 1rem; padding: .6rem 0;
  border-bottom: 1px solid var(--line); }
li span { color: var(--faint); }
@media (max-width: 34rem) { li { grid-template-columns: 1fr; gap: 0; } }
pre { overflow: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem;
  font: .8rem/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
"""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body>{body}</body></html>
"""

HOME = """
<h1>新风 Xinfeng <small>one graph for a district media centre</small></h1>
<p>Articles, online volunteer campaigns, the partners that carry them further, and what became of
all of it: the reads. Every number says how well it is known and since when.</p>
<h2>Try</h2>
<ul>
<li><a href="/graphql">GraphiQL</a><span>Opens with a query worth running.</span></li>
<li><a href="/schema.graphql">Schema (SDL)</a><span>Every type and field, described.</span></li>
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
    return HTMLResponse(PAGE.format(title=html.escape(title), style=STYLE, body=body))


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
    return PlainTextResponse(request.app.state.sdl)


routes = [
    Route("/", home),
    Route("/docs/{name}", document),
    Route("/schema.graphql", sdl),
    Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
]
