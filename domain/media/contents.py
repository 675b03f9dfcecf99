"""What a file is, by its content: its name and what its sender says of it count for nothing.

The list is closed. What a browser would run when it is opened (HTML, SVG, scripts) is not on it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from domain.media.rules import MediaKind
from domain.problems import Invalid

HEAD_BYTES = 4096
"""So much of a file's beginning tells what it is."""


class Content(NamedTuple):
    """One kind of file we take. extension: what its name ends with."""

    mime: str
    kind: MediaKind
    extension: str


IMAGE, VIDEO, AUDIO = MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO
DOCUMENT = MediaKind.DOCUMENT
OFFICE = "application/vnd.openxmlformats-officedocument"

JPEG = Content("image/jpeg", IMAGE, "jpg")
PNG = Content("image/png", IMAGE, "png")
GIF = Content("image/gif", IMAGE, "gif")
WEBP = Content("image/webp", IMAGE, "webp")
AVIF = Content("image/avif", IMAGE, "avif")
MP4 = Content("video/mp4", VIDEO, "mp4")
QUICKTIME = Content("video/quicktime", VIDEO, "mov")
WEBM = Content("video/webm", VIDEO, "webm")
MP3 = Content("audio/mpeg", AUDIO, "mp3")
M4A = Content("audio/mp4", AUDIO, "m4a")
OGG = Content("audio/ogg", AUDIO, "ogg")
WAV = Content("audio/wav", AUDIO, "wav")
FLAC = Content("audio/flac", AUDIO, "flac")
PDF = Content("application/pdf", DOCUMENT, "pdf")
ZIP = Content("application/zip", DOCUMENT, "zip")
"""Not taken as such: what is in it must say that it is one of PACKED."""

PACKED = {
    "word/document.xml": Content(f"{OFFICE}.wordprocessingml.document", DOCUMENT, "docx"),
    "xl/workbook.xml": Content(f"{OFFICE}.spreadsheetml.sheet", DOCUMENT, "xlsx"),
    "ppt/presentation.xml": Content(f"{OFFICE}.presentationml.presentation", DOCUMENT, "pptx"),
}
CONTENTS = {
    content.mime: content
    for content in (
        *(JPEG, PNG, GIF, WEBP, AVIF, MP4, QUICKTIME, WEBM, MP3, M4A, OGG, WAV, FLAC, PDF),
        *PACKED.values(),
    )
}

SIGNATURES: tuple[tuple[re.Pattern[bytes], Content], ...] = tuple(
    (re.compile(pattern, re.DOTALL), content)
    for pattern, content in (
        (rb"\xff\xd8\xff", JPEG),
        (rb"\x89PNG\r\n\x1a\n", PNG),
        (rb"GIF8[79]a", GIF),
        (rb"RIFF....WEBP", WEBP),
        (rb"RIFF....WAVE", WAV),
        (rb"....ftyp(avif|avis)", AVIF),
        (rb"....ftypqt  ", QUICKTIME),
        (rb"....ftyp(M4A |M4B )", M4A),
        (rb"....ftyp(isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|3gp[4-9])", MP4),
        (rb"\x1a\x45\xdf\xa3.{0,60}\x42\x82.webm", WEBM),
        (rb"ID3[\x02-\x04]", MP3),
        (rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xeb]", MP3),
        (rb"OggS.{24,300}?(\x01vorbis|OpusHead|\x7fFLAC)", OGG),
        (rb"fLaC", FLAC),
        (rb"%PDF-[12]\.", PDF),
        (rb"PK\x03\x04", ZIP),
    )
)
"""Sources: the formats' own specifications; of MP4 the brands registered at mp4ra.org."""


def recognise(head: bytes) -> Content:
    """Raises Invalid. head: the first HEAD_BYTES of a file, or all of it where it is shorter."""
    if not head:
        raise Invalid("the file is empty", path=("file",), code="EMPTY")
    for signature, content in SIGNATURES:
        if signature.match(head):
            return content
    raise unsupported(_called(head))


def unsupported(what: str) -> Invalid:
    return Invalid(
        f"{what}; taken are JPEG, PNG, GIF, WebP, AVIF, MP4, MOV, WebM, MP3, M4A, Ogg, WAV, FLAC,"
        " PDF, DOCX, XLSX and PPTX",
        path=("file",),
        code="UNSUPPORTED_TYPE",
    )


def _called(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head.lower():
        return "this is SVG, which may hold scripts"
    if start.startswith((b"<!doctype html", b"<html", b"<script")):
        return "this is HTML, which may hold scripts"
    return "this kind of file is not taken"
