"""What a file is, by its content; what it is called; which part of it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.media.ranges import NotSatisfiable, Part, part_of
from domain.media.contents import CONTENTS, recognise
from domain.media.packages import recognise_package
from domain.media.pictures import look_of, measure, renditions
from domain.media.rules import ALIKE_BITS, MOST_PIXELS, bands, file_name, widths_for
from domain.problems import Invalid
from tests.media import DOCX, HTML, PDF, SVG, camera_exif, package, picture

HEADS = {
    "image/jpeg": picture(),
    "image/png": picture(format_="PNG"),
    "image/gif": picture(format_="GIF"),
    "image/webp": picture(format_="WEBP"),
    "image/avif": picture(format_="AVIF"),
    "video/mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00",
    "video/quicktime": b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00",
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm",
    "audio/mpeg": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "audio/mp4": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00",
    "audio/ogg": b"OggS\x00\x02" + bytes(22) + b"OpusHead",
    "audio/wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "audio/flac": b"fLaC\x00\x00\x00\x22",
    "application/pdf": PDF,
}


@pytest.mark.parametrize("mime", HEADS)
def test_content_says_what_a_file_is(mime: str) -> None:
    assert recognise(HEADS[mime][:4096]).mime == mime


def test_every_kind_that_is_taken_is_tried() -> None:
    packed = {mime for mime in CONTENTS if "openxmlformats" in mime}
    assert set(CONTENTS) - packed == set(HEADS)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "EMPTY"),
        (SVG, "UNSUPPORTED_TYPE"),
        (HTML, "UNSUPPORTED_TYPE"),
        (b"MZ\x90\x00", "UNSUPPORTED_TYPE"),
        (b"#!/bin/sh", "UNSUPPORTED_TYPE"),
        (b"\xff\xfe<\x00h\x00t\x00m\x00l", "UNSUPPORTED_TYPE"),
        (b"GIF88a", "UNSUPPORTED_TYPE"),
        (b" %PDF-1.7", "UNSUPPORTED_TYPE"),
    ],
)
def test_anything_else_is_refused(head: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        recognise(head)
    assert (caught.value.code, caught.value.path) == (code, ("file",))


@given(st.binary(max_size=64))
def test_no_bytes_are_taken_for_something_a_browser_runs(data: bytes) -> None:
    try:
        assert recognise(data).mime in {*CONTENTS, "application/zip"}
    except Invalid:
        return


@pytest.mark.parametrize(
    ("names", "extension"),
    [
        (("[Content_Types].xml", "word/document.xml"), "docx"),
        (("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
        (("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ""),
        (("word/document.xml",), ""),
        (("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"), ""),
        (("readme.txt",), ""),
    ],
)
def test_what_is_in_a_package_says_what_it_is(
    tmp_path: Path, names: tuple[str, ...], extension: str
) -> None:
    path = tmp_path / "package"
    path.write_bytes(package(*names))
    if extension:
        assert recognise_package(path).extension == extension
        return
    with pytest.raises(Invalid):
        recognise_package(path)


def test_a_broken_package_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "package"
    path.write_bytes(DOCX[:-10])
    with pytest.raises(Invalid):
        recognise_package(path)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("照片.JPEG", "照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        (r"C:\图\a.png", "a.jpg"),
        ("evil.php.jpg", "evil.php.jpg"),
        ('a"b\r\nSet-Cookie: x.jpg', "abSet-Cookie x.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        (".htaccess", "file.jpg"),
        ("", "file.jpg"),
        ("x" * 500 + ".jpg", "x" * 120 + ".jpg"),
    ],
)
def test_names_are_made_harmless(given_: str, kept: str) -> None:
    assert file_name(given_, "jpg") == kept


@given(st.text(max_size=300))
def test_every_name_is_one_word_in_a_directory_and_a_header(name: str) -> None:
    kept = file_name(name, "jpg")
    assert kept.endswith(".jpg")
    assert len(kept) <= 124
    assert not set(kept) & set('/\\"\r\n\x00')
    assert file_name(kept, "jpg") == kept


def test_widths_are_never_more_than_a_picture_has() -> None:
    assert widths_for(5000) == [320, 640, 1280, 1920]
    assert widths_for(1280) == [320, 640, 1280]
    assert widths_for(1000) == [320, 640, 1000]
    assert widths_for(100) == [100]


# pictures


def measured(tmp_path: Path, data: bytes, mime: str = "image/jpeg") -> tuple[int, int]:
    path = tmp_path / "picture"
    path.write_bytes(data)
    return measure(path, mime)


@pytest.mark.parametrize(("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40))])
def test_a_picture_is_measured_as_it_is_seen(
    tmp_path: Path, orientation: int, size: tuple[int, int]
) -> None:
    assert measured(tmp_path, picture(40, 30, exif=camera_exif(orientation))) == size


def test_a_picture_too_large_to_decode_is_refused_by_its_header(tmp_path: Path) -> None:
    huge = bytearray(picture(10, 10, format_="PNG"))
    huge[16:24] = (60_000).to_bytes(4) + (60_000).to_bytes(4)
    with pytest.raises(Invalid) as caught:
        measured(tmp_path, bytes(huge), "image/png")
    assert caught.value.code in {"TOO_LARGE", "BROKEN"}
    gif = bytearray(picture(10, 10, format_="GIF"))
    gif[6:10] = (65_535).to_bytes(2, "little") * 2
    assert MOST_PIXELS < 65_535**2
    with pytest.raises(Invalid) as caught:
        measured(tmp_path, bytes(gif), "image/gif")
    assert caught.value.code == "TOO_LARGE"


def test_renditions_are_upright_and_tell_nothing_of_the_camera(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(picture(1000, 700, exif=camera_exif(6)))
    _, made = renditions(path, "image/jpeg")
    assert [(each.format, each.width, each.height) for each in made] == [
        ("WEBP", 320, 457),
        ("AVIF", 320, 457),
        ("WEBP", 640, 914),
        ("AVIF", 640, 914),
        ("WEBP", 700, 1000),
        ("AVIF", 700, 1000),
        ("JPEG", 700, 1000),
    ]
    assert b"canary-camera" in path.read_bytes()
    for each in made:
        assert b"Exif" not in each.data
        assert b"canary-camera" not in each.data


def test_pictures_alike_have_like_looks(tmp_path: Path) -> None:
    looks = {}
    for name, data in {
        "one": picture(600, 450),
        "smaller": picture(300, 225, quality=50),
        "webp": picture(600, 450, format_="WEBP"),
        "other": picture(450, 600, shade=90),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        looks[name], _ = renditions(path, "image/webp" if name == "webp" else "image/jpeg")

    def apart(one: str, other: str) -> int:
        return ((looks[one] ^ looks[other]) % 2**64).bit_count()

    assert apart("one", "smaller") <= ALIKE_BITS
    assert apart("one", "webp") <= ALIKE_BITS
    assert len(set(bands(looks["one"]))) == 8


@given(st.integers(-(2**63), 2**63 - 1), st.sets(st.integers(0, 63), max_size=ALIKE_BITS))
def test_looks_that_are_alike_share_a_band(look: int, flipped: set[int]) -> None:
    other = look
    for bit in flipped:
        other ^= 1 << bit
    assert set(bands(look)) & set(bands(other))


def test_a_look_has_64_bits_with_a_sign() -> None:
    from PIL import Image

    white = Image.new("RGB", (10, 10), "white")
    assert look_of(white) == 0
    falling = Image.new("L", (9, 8))
    falling.putdata([255 - 20 * (place % 9) for place in range(72)])
    assert look_of(falling.convert("RGB")) == -1


# ranges


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, Part(0, 100, is_whole=True)),
        ("bytes=0-9", Part(0, 10, is_whole=False)),
        ("bytes=90-", Part(90, 10, is_whole=False)),
        ("bytes=90-500", Part(90, 10, is_whole=False)),
        ("bytes=-5", Part(95, 5, is_whole=False)),
        ("bytes=-500", Part(0, 100, is_whole=False)),
        ("bytes=0-1,5-6", Part(0, 100, is_whole=True)),
        ("bytes=9-2", Part(0, 100, is_whole=True)),
        ("bytes=-", Part(0, 100, is_whole=True)),
        ("lines=1-2", Part(0, 100, is_whole=True)),
    ],
)
def test_ranges_are_read(header: str | None, part: Part) -> None:
    assert part_of(100, '"a"', header, None) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=100-200"])
def test_ranges_without_a_byte_are_refused(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        part_of(100, '"a"', header, None)


def test_a_range_of_what_changed_is_the_whole() -> None:
    assert part_of(100, '"a"', "bytes=0-9", '"b"') == Part(0, 100, is_whole=True)
    assert part_of(100, '"a"', "bytes=0-9", '"a"') == Part(0, 10, is_whole=False)


@given(st.integers(1, 10**12), st.text(alphabet="0123456789-=bytes, ", max_size=30))
def test_a_part_lies_within_the_file(size: int, header: str) -> None:
    try:
        part = part_of(size, '"a"', header, None)
    except NotSatisfiable:
        return
    assert 0 <= part.start < part.start + part.length <= size
