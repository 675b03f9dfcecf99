"""What people and tests steer the sandbox with: faults, the clock, the requests it saw, a page."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import KINDS, MARKS, WrongFault
from sandbox.state import Sandbox, sandbox_of
from sandbox.topics import hour_number, hour_text

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sandbox platform</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
td{{padding:.1rem 1rem .1rem 0}}code{{background:#eee;padding:0 .2rem}}</style>
<h1>Sandbox platform 沙箱平台</h1>
<p>This server speaks as the platforms do and replays real counters of Weibo hot topics, hour by
hour. It is for trying things: nothing here is a real account.</p>
<table>
<tr><td>Hour replayed</td><td>{hour} (Asia/Shanghai), data until {last}</td></tr>
<tr><td>Speed</td><td>{speed:g}: one hour of the data every {seconds:g} s</td></tr>
<tr><td>Posts to be seen</td><td>{seen} of {known}</td></tr>
<tr><td>Faults that are on</td><td>{faults}</td></tr>
</table>
<h2>Requests so far</h2><table>{requests}</table>
<h2>To ask</h2><ul>
{asks}
</ul>
<h2>To steer</h2><ul>
<li><code>POST /faults {{"kind": "status:429", "times": 3, "retryAfter": 5}}</code>; kinds: {kinds}
</li>
<li><code>GET /faults</code>, <code>DELETE /faults</code></li>
<li><code>GET /clock</code>, <code>PUT /clock {{"hour": "2025-10-03T08"}}</code></li>
<li><code>GET /requests</code></li>
</ul>
"""


def _clock(sandbox: Sandbox) -> dict[str, Any]:
    clock, topics = sandbox.clock, sandbox.topics
    return {
        "hour": hour_text(clock.hour()),
        "speed": clock.speed,
        "firstHour": hour_text(topics.first_hour),
        "lastHour": hour_text(topics.last_hour),
    }


async def page(request: Request) -> Response:
    sandbox = sandbox_of(request)
    hour = sandbox.clock.hour()
    rows = [
        f"<tr><td>{escape(path)}</td><td>{status}</td><td>{times}</td></tr>"
        for (path, status), times in sorted(sandbox.counts.items())
    ]
    faults = ", ".join(fault["kind"] for fault in sandbox.faults.listed())
    text = PAGE.format(
        hour=hour_text(hour),
        last=hour_text(sandbox.topics.last_hour),
        speed=sandbox.clock.speed,
        seconds=3600 / sandbox.clock.speed if sandbox.clock.speed else 0,
        seen=sum(topic.hours[0] <= hour for topic in sandbox.topics.by_id.values()),
        known=len(sandbox.topics.by_id),
        faults=escape(faults) or "none",
        asks="\n".join(f"<li><code>{escape(ask)}</code></li>" for ask in sandbox.asks),
        requests="".join(rows) or "<tr><td>none</td></tr>",
        kinds=", ".join(f"<code>{kind}</code>" for kind in [*(f"{k}:…" for k in KINDS), *MARKS]),
    )
    return HTMLResponse(text)


async def list_faults(request: Request) -> Response:
    return JSONResponse(sandbox_of(request).faults.listed())


async def add_fault(request: Request) -> Response:
    faults = sandbox_of(request).faults
    try:
        faults.add(await _json(request))
    except WrongFault as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    return JSONResponse(faults.listed(), status_code=201)


async def clear_faults(request: Request) -> Response:
    sandbox_of(request).faults.clear()
    return Response(status_code=204)


async def show_clock(request: Request) -> Response:
    return JSONResponse(_clock(sandbox_of(request)))


async def set_clock(request: Request) -> Response:
    wish = await _json(request)
    sandbox = sandbox_of(request)
    try:
        sandbox.clock.set(hour_number(wish["hour"]))
    except (ValueError, TypeError, KeyError):
        return JSONResponse({"error": 'e.g. {"hour": "2025-10-03T08"}'}, status_code=400)
    return JSONResponse(_clock(sandbox))


async def list_requests(request: Request) -> Response:
    return JSONResponse(list(sandbox_of(request).requests))


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        return None


routes = [
    Route("/", page),
    Route("/faults", list_faults),
    Route("/faults", add_fault, methods=["POST"]),
    Route("/faults", clear_faults, methods=["DELETE"]),
    Route("/clock", show_clock),
    Route("/clock", set_clock, methods=["PUT"]),
    Route("/requests", list_requests),
]
