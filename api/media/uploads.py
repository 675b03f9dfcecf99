"""POST /v1/media: a file joins an organization's library, raw or as a form."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.callers import Callers, Unauthorized
from api.media.forms import Form
from api.metrics.families import UPLOADED_BYTES, UPLOADS
from api.push_refusals import Refusal, json_response, refusing
from api.request_ids import PLACE
from domain.access import Act, Viewer
from domain.ids import format_id, parse_id
from domain.media import actions
from domain.media.incoming import Incoming, Received, incoming
from domain.media.rules import MOST_BYTES
from domain.media.storage import Storage
from domain.permissions import Permission, places
from domain.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from settings import Settings

FIELDS = ("organization", "name", "alt", "caption", "credit", "licence")
SLOWEST = 32 * 2**10
"""Bytes a second: who sends slower for long only holds a place."""

MOST = max(MOST_BYTES.values()) + 2**20
"""Of any body: the largest file, and a form around it."""

STATUS: Mapping[type[Problem], int] = {Invalid: 422, Forbidden: 403, NotFound: 404, Conflict: 409}
STATUS_BY_CODE = {"TOO_LARGE": 413, "UNSUPPORTED_TYPE": 415}
FULL = (errno.ENOSPC, errno.EDQUOT)


class Uploads:
    """How many files a process takes in at once. inside: now."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.inside = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Raises Refusal when all are taken."""
        if self.inside >= self._most:
            raise Refusal(429, "TOO_MANY_UPLOADS", "too many uploads at once", retry_after=5)
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


async def upload(request: Request) -> Response:
    """201: it is in the library now. 200: it was there already, and stays as it was."""
    act = Act(await _viewer(request), datetime.now(UTC), request.scope[PLACE])
    uploads: Uploads = request.app.state.uploads
    storage: Storage = request.app.state.storage
    with uploads.place(), _told(), incoming(storage.scratch) as file:
        given, received = await _received(request, file)
        found = await actions.upload(act, received, _new(given), storage)
    tally = request.app.state.tally
    tally.count(UPLOADS, "new" if found.is_new else "known")
    tally.count(UPLOADED_BYTES, by=received.size)
    return json_response(201 if found.is_new else 200, _shown(found, received))


def _shown(found: actions.Uploaded, received: Received) -> dict[str, Any]:
    return {
        "id": format_id("Media", found.media_id),
        "isNew": found.is_new,
        "kind": received.content.kind,
        "mime": received.content.mime,
        "bytes": received.size,
        "width": received.width,
        "height": received.height,
        "sha256": received.sha256,
    }


async def _viewer(request: Request) -> Viewer:
    """Somebody who may upload somewhere: asked before a byte of the file is read."""
    callers: Callers = request.app.state.callers
    try:
        viewer = await callers.viewer_of(dict(request.scope["headers"]))
    except Unauthorized as error:
        raise Refusal(401, "UNAUTHENTICATED", str(error)) from None
    if not places(viewer, Permission.UPLOAD_MEDIA):
        raise Refusal(403, "FORBIDDEN", "this needs a role with the permission UPLOAD_MEDIA")
    return viewer


@contextmanager
def _told() -> Iterator[None]:
    """The domain's refusals, and a full disk, as answers."""
    try:
        yield
    except Problem as problem:
        status = STATUS_BY_CODE.get(problem.code, STATUS[type(problem)])
        raise Refusal(status, problem.code, problem.message) from None
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Refusal(507, "STORE_FULL", "there is no room for this file") from None


async def _received(request: Request, file: Incoming) -> tuple[dict[str, str], Received]:
    """What the request says of the file, and the file."""
    given = dict(request.query_params)
    content_type = request.headers.get("content-type", "")
    body = _parts(request)
    if content_type.lower().startswith("multipart/form-data"):
        form = Form(content_type)
        await form.read(body, file.write)
        given = {"name": form.file_name or ""} | given | form.fields
    else:
        async for part in body:
            await file.write(part)
    unknown = sorted(set(given) - set(FIELDS))
    if unknown:
        message = f"there is no field {', '.join(unknown)[:100]}"
        raise Refusal(422, "INVALID_PARAMETER", message)
    return given, await file.finish()


async def _parts(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes, neither too long nor too slow. Raises Refusal."""
    settings: Settings = request.app.state.settings
    declared = request.headers.get("content-length", "")
    expected = int(declared[:20]) if declared.isdecimal() else None
    if expected is not None and expected > MOST:
        raise Refusal(413, "TOO_LARGE", "no file that is taken is so large")
    begun_at, size = time.monotonic(), 0
    parts = request.stream()
    try:
        while True:
            late_at = begun_at + settings.body_seconds + size / SLOWEST
            async with asyncio.timeout(late_at - time.monotonic()):
                part = await anext(parts, None)
            if part is None:
                break
            size += len(part)
            if size > MOST:
                raise Refusal(413, "TOO_LARGE", "no file that is taken is so large")
            yield part
    except TimeoutError:
        raise Refusal(408, "TOO_SLOW", "the file does not come fast enough") from None
    except ClientDisconnect:
        raise Refusal(400, "TRUNCATED", "the connection ended before the file did") from None
    if expected is not None and expected != size:
        raise Refusal(400, "TRUNCATED", "the body is shorter than content-length says")


def _new(given: Mapping[str, str]) -> actions.NewMedia:
    texts = {name: given.get(name, "") for name in FIELDS[1:]}
    number = parse_id(given.get("organization", ""), "Organization", path=("organization",))[1]
    return actions.NewMedia(organization_id=number, **texts)


routes = [Route("/v1/media", refusing(upload), methods=["POST"])]
