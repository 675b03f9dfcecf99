"""Pictures and other files to upload, made here; and how they are uploaded."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from PIL import Image, ImageDraw

from domain.media.actions import NewMedia, Uploaded, upload
from domain.media.incoming import incoming
from domain.media.storage import Storage
from tests.asgi import Response, call
from tests.graph import Graph
from tests.rows import EDITOR

PDF = b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 300 + b"%%EOF\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
HTML = b"\xef\xbb\xbf <!DOCTYPE html><script>alert(1)</script>"
GPS, ORIENTATION, MAKE, IFD_GPS = 0x8825, 0x0112, 0x010F, {1: "N", 2: (39.0, 43.0, 31.0)}


def picture(
    width: int = 400,
    height: int = 300,
    *,
    shade: int = 0,
    format_: str = "JPEG",
    exif: bytes = b"",
    **saved: Any,
) -> bytes:
    """Stripes and a circle, so that it looks like something. shade: makes it another picture."""
    image = Image.new("RGB", (width, height), (200, 30 + shade % 200, 40))
    draw = ImageDraw.Draw(image)
    for place in range(0, 8):
        left = place * width // 8
        draw.rectangle(
            (left, 0, left + width // 16, height), fill=(30 * place, (shade * 7) % 256, 90)
        )
    draw.ellipse((width // 4, height // 4, width // 2, height // 2), fill="white")
    into = io.BytesIO()
    image.save(into, format_, exif=exif, **saved)
    return into.getvalue()


def camera_exif(orientation: int = 1) -> bytes:
    """What a telephone writes into its pictures."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKE] = "canary-camera"
    exif.get_ifd(GPS).update(IFD_GPS)
    return exif.tobytes()


def package(*names: str) -> bytes:
    """A ZIP file with empty members of these names."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return into.getvalue()


DOCX = package("[Content_Types].xml", "word/document.xml")


async def store(storage: Storage, organization_id: int, data: bytes, **given: str) -> Uploaded:
    """By the domain itself."""
    with incoming(storage.scratch) as file:
        await file.write(data)
        new = NewMedia(organization_id=organization_id, **given)
        return await upload(EDITOR, await file.finish(), new, storage)


async def send(
    opened: Graph, data: bytes, *, token: str = "", headers: Any = (), **given: Any
) -> Response:
    """By HTTP, as the body itself."""
    sent = dict(headers)
    if token:
        sent["authorization"] = f"Bearer {token}"
    query = urlencode(given)
    return await call(opened.app, "POST", f"/v1/media?{query}", headers=sent, body=data)


def form(data: bytes, file_name: str, **fields: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a form with a file, as browsers send it."""
    boundary = "----boundary7d1"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
        "Content-Type: text/html\r\n\r\n"
    )
    body = b"".join([*parts, head.encode(), data, f"\r\n--{boundary}--\r\n".encode()])
    return {"content-type": f"multipart/form-data; boundary={boundary}"}, body


async def get(opened: Graph, path: str, *, token: str = "", **headers: str) -> Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent["authorization"] = f"Bearer {token}"
    return await call(opened.app, "GET", path, headers=sent)


def everything_below(directory: Path) -> dict[str, int]:
    """Sizes of all files there."""
    return {
        str(path.relative_to(directory)): path.stat().st_size
        for path in directory.rglob("*")
        if path.is_file()
    }


def shown(response: Response) -> Any:
    return json.loads(response.body)
