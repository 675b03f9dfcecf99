"""A store that speaks as much S3 as a library of files needs, and checks that requests are signed:
one object per path, whole or in part, and lists of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, unescape

from aiohttp import web

KEY_ID, SECRET = "key-of-tests", "secret-of-tests"
DELETED = re.compile("<Key>([^<]*)</Key>")
LISTED_AT_ONCE = 2
"""So that listing takes several requests."""


@dataclass
class Bucket:
    """objects: by key. uploads: parts of large objects, by upload.
    requests: as they came."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path_qs}")
        if f"Credential={KEY_ID}/" not in request.headers.get("authorization", ""):
            return web.Response(status=403, text=_error("AccessDenied"))
        key = request.match_info.get("key", "")
        if request.method == "GET" and not key:
            return self._list(request)
        if "delete" in request.query:
            keys = DELETED.findall(await request.text())
            for found in keys:
                self.objects.pop(unescape(found), None)
            told = "".join(f"<Deleted><Key>{found}</Key></Deleted>" for found in keys)
            return _xml(f"<DeleteResult>{told}</DeleteResult>")
        if request.method in ("POST", "PUT"):
            return await self._written(request, key)
        return self._read(request, key)

    async def _written(self, request: web.Request, key: str) -> web.Response:
        body, query = await request.read(), request.query
        if request.method == "POST" and "uploads" in query:
            self.uploads[key] = {}
            told = f"<UploadId>{key}</UploadId>"
            return _xml(f"<InitiateMultipartUploadResult>{told}</InitiateMultipartUploadResult>")
        if "partNumber" in query:
            self.uploads[query["uploadId"]][int(query["partNumber"])] = body
        elif request.method == "POST":
            parts = self.uploads.pop(query["uploadId"])
            self.objects[key] = b"".join(parts[number] for number in sorted(parts))
            tag = f"<ETag>{_tag(self.objects[key])}</ETag>"
            return _xml(f"<CompleteMultipartUploadResult>{tag}</CompleteMultipartUploadResult>")
        else:
            self.objects[key] = body
        return web.Response(headers={"etag": _tag(body)})

    def _read(self, request: web.Request, key: str) -> web.Response:
        if key not in self.objects:
            return web.Response(status=404, text=_error("NoSuchKey"))
        body = self.objects[key]
        headers = {
            "etag": _tag(body),
            "last-modified": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }
        wanted = request.http_range
        if wanted.start is None:
            return web.Response(body=body, headers=headers)
        part = body[wanted]
        end = wanted.start + len(part) - 1
        headers["content-range"] = f"bytes {wanted.start}-{end}/{len(body)}"
        return web.Response(status=206, body=part, headers=headers)

    def _list(self, request: web.Request) -> web.Response:
        after = request.query.get("continuation-token", "")
        keys = sorted(
            key
            for key in self.objects
            if key > after and key.startswith(request.query.get("prefix", ""))
        )
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        listed = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{now}</LastModified>"
            f"<ETag>{_tag(self.objects[key])}</ETag><Size>{len(self.objects[key])}</Size></Contents>"
            for key in keys[:LISTED_AT_ONCE]
        )
        more = len(keys) > LISTED_AT_ONCE
        token = (
            more and f"<NextContinuationToken>{keys[:LISTED_AT_ONCE][-1]}</NextContinuationToken>"
        )
        return _xml(
            f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{token or ''}{listed}</ListBucketResult>"
        )


def _tag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _error(code: str) -> str:
    return f"<Error><Code>{code}</Code><Message>no</Message></Error>"


def _xml(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/xml")


@asynccontextmanager
async def serving_bucket(name: str) -> AsyncIterator[Bucket]:
    bucket = Bucket()
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", f"/{name}", bucket.answer, name="list")
    app.router.add_route("*", f"/{name}/{{key:.*}}", bucket.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    bucket.url = f"http://127.0.0.1:{port}"
    try:
        yield bucket
    finally:
        await runner.cleanup()
