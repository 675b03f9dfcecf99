"""POST /v1/media: what is taken, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from api.media.uploads import Uploads
from api.push_refusals import Refusal
from domain.access import Role
from domain.audit.models import AuditEntry
from domain.grants import actions as grants
from domain.media import rules
from domain.media.models import Media
from domain.media.rules import MediaKind
from domain.tokens import actions as tokens
from domain.users.actions.signing_in import sign_in
from domain.users.models import User
from tests.asgi import Response, call
from tests.graph import Graph, graph
from tests.media import DOCX, HTML, PDF, SVG, everything_below, form, picture, send
from tests.rows import EDITOR, make_organization, nothing_written
from tests.users import OFFICE, PASSWORD, active


@dataclass
class Desk:
    """An organization whose author uploads, and the directory that files end up in."""

    opened: Graph
    directory: Path
    home: int
    other: int
    token: str

    async def send(self, data: bytes, **given: Any) -> Response:
        organization = f"Organization:{self.home}"
        return await send(
            self.opened, data, **{"token": self.token, "organization": organization, **given}
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    directory = tmp_path_factory.mktemp("media")
    async with graph(database_url, media_dir=directory, body_seconds=1) as opened:
        home, other = await make_organization(), await make_organization(name="别处")
        _, token = await tokens.create(EDITOR, "作者", Role.AUTHOR, None, organization_id=home)
        yield Desk(opened, directory, home, other, token)


async def test_a_picture_joins_the_library(desk: Desk) -> None:
    data = picture(40, 30, shade=1)
    answer = await desk.send(data, name="../照片.PNG", alt=" 社区志愿者 ", credit="王")
    sha256 = hashlib.sha256(data).hexdigest()
    row = await Media.get(sha256=sha256)
    assert (answer.status, answer.json()) == (
        201,
        {
            "id": f"Media:{row.id}",
            "isNew": True,
            "kind": "IMAGE",
            "mime": "image/jpeg",
            "bytes": len(data),
            "width": 40,
            "height": 30,
            "sha256": sha256,
        },
    )
    assert (row.name, row.alt, row.credit, row.caption) == ("照片.jpg", "社区志愿者", "王", "")
    assert (row.organization_id, row.uploaded_by, row.state) == (
        desk.home,
        "作者 (Token:1)",
        "RENDERING",
    )
    key = f"files/{sha256[:2]}/{sha256}/original"
    assert (desk.directory / key).read_bytes() == data
    entry = await AuditEntry.get(action="media.upload", subject=f"Media:{row.id}")
    assert (entry.actor, entry.after["sha256"]) == ("作者 (Token:1)", sha256)


async def test_a_form_says_the_same(desk: Desk) -> None:
    data = picture(40, 30, shade=2)
    headers, body = form(data, "花.jpg", organization=f"Organization:{desk.home}", alt="花")
    headers["authorization"] = f"Bearer {desk.token}"
    parts = [body[place : place + 37] for place in range(0, len(body), 37)]
    answer = await call(desk.opened.app, "POST", "/v1/media", headers=headers, body=parts)
    assert answer.status == 201
    row = await Media.get(id=int(answer.json()["id"].split(":")[1]))
    assert (row.name, row.alt, row.sha256) == ("花.jpg", "花", hashlib.sha256(data).hexdigest())


async def test_the_same_again_is_the_same_row_there_and_another_elsewhere(desk: Desk) -> None:
    data = picture(40, 30, shade=3)
    first = await desk.send(data, alt="一")
    files = everything_below(desk.directory)
    async with nothing_written():
        again = await desk.send(data, alt="二", name="other.png")
    assert (again.status, again.json()) == (200, {**first.json(), "isNew": False})
    _, token = await tokens.create(EDITOR, "他", Role.AUTHOR, None, organization_id=desk.other)
    elsewhere = await desk.send(data, token=token, organization=f"Organization:{desk.other}")
    assert (elsewhere.status, elsewhere.json()["isNew"]) == (201, True)
    assert elsewhere.json()["id"] != first.json()["id"]
    assert everything_below(desk.directory) == files


@pytest.mark.parametrize(
    ("data", "kind"), [(PDF, "DOCUMENT"), (DOCX, "DOCUMENT"), (b"fLaC" + bytes(50), "AUDIO")]
)
async def test_other_files_are_ready_at_once(desk: Desk, data: bytes, kind: str) -> None:
    answer = await desk.send(data, name="文件.exe")
    row = await Media.get(sha256=answer.json()["sha256"])
    assert (row.kind, row.state, row.width) == (kind, "READY", None)
    assert not row.name.endswith("exe")


def code_of(answer: Response) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["code"]


Sent = Callable[[Desk], Awaitable[Response]]
HUGE = bytearray(picture(10, 10, format_="GIF"))
HUGE[6:10] = b"\xff\xff\xff\xff"

REFUSED: dict[str, tuple[Sent, tuple[int, str]]] = {
    "svg": (lambda desk: desk.send(SVG, name="a.png"), (415, "UNSUPPORTED_TYPE")),
    "html": (lambda desk: desk.send(HTML, name="a.jpg"), (415, "UNSUPPORTED_TYPE")),
    "nothing": (lambda desk: desk.send(b""), (422, "EMPTY")),
    "half a picture": (lambda desk: desk.send(b"\xff\xd8\xff\xe0"), (422, "BROKEN")),
    "a bomb": (lambda desk: desk.send(bytes(HUGE)), (413, "TOO_LARGE")),
    "no organization": (lambda desk: desk.send(PDF, organization=""), (422, "INVALID_ID")),
    "no such organization": (
        lambda desk: desk.send(PDF, organization="Organization:999999"),
        (404, "NOT_FOUND"),
    ),
    "another's organization": (
        lambda desk: desk.send(PDF, organization=f"Organization:{desk.other}"),
        (403, "FORBIDDEN"),
    ),
    "alt of two lines": (lambda desk: desk.send(picture(9, 9), alt="a\nb"), (422, "INVALID_TEXT")),
    "a field nobody knows": (lambda desk: desk.send(PDF, colour="red"), (422, "INVALID_PARAMETER")),
    "nobody": (lambda desk: desk.send(PDF, token=""), (403, "FORBIDDEN")),
    "a token that opens nothing": (
        lambda desk: desk.send(PDF, token="xf_nothing"),
        (401, "UNAUTHENTICATED"),
    ),
    "less than was announced": (
        lambda desk: desk.send(PDF, headers={"content-length": "999999"}),
        (400, "TRUNCATED"),
    ),
    "more than anything may have": (
        lambda desk: desk.send(PDF, headers={"content-length": str(2**40)}),
        (413, "TOO_LARGE"),
    ),
    "a form without a boundary": (
        lambda desk: desk.send(PDF, headers={"content-type": "multipart/form-data"}),
        (400, "MALFORMED"),
    ),
    "a form without an end": (
        lambda desk: desk.send(
            form(PDF, "a.pdf")[1][:-20], headers=form(PDF, "a.pdf")[0], name="a.pdf"
        ),
        (400, "MALFORMED"),
    ),
    "a form without a file": (
        lambda desk: desk.send(
            b'--b\r\ncontent-disposition: form-data; name="alt"\r\n\r\nx\r\n--b--\r\n',
            headers={"content-type": "multipart/form-data; boundary=b"},
        ),
        (400, "MALFORMED"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused_leaves_nothing_behind(desk: Desk, name: str) -> None:
    sent, expected = REFUSED[name]
    files = everything_below(desk.directory)
    async with nothing_written():
        answer = await sent(desk)
    assert code_of(answer) == expected
    assert everything_below(desk.directory) == files


async def test_a_file_too_large_for_its_kind_is_refused_while_it_comes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules.MOST_BYTES, MediaKind.DOCUMENT, 10_000)
    asked = 0

    def parts() -> Any:
        nonlocal asked
        yield PDF[:5000]
        while asked < 100:
            asked += 1
            yield bytes(5000)

    headers = {"authorization": f"Bearer {desk.token}"}
    path = f"/v1/media?organization=Organization:{desk.home}"
    async with nothing_written():
        answer = await call(desk.opened.app, "POST", path, headers=headers, body=parts())
    assert code_of(answer) == (413, "TOO_LARGE")
    assert asked < 5
    assert not [name for name in everything_below(desk.directory) if "incoming" in name]


async def test_a_file_that_does_not_come_is_given_up(desk: Desk) -> None:
    answer = await desk.send(PDF, headers={"content-length": str(len(PDF))}, name="a.pdf")
    assert answer.status in {200, 201}
    headers = {"authorization": f"Bearer {desk.token}"}
    path = f"/v1/media?organization=Organization:{desk.home}"
    cut = await call(
        desk.opened.app, "POST", path, headers=headers, body=PDF[:100], disconnects=True
    )
    assert code_of(cut) == (400, "TRUNCATED")


def test_only_so_many_come_at_once() -> None:
    uploads = Uploads(1)
    with uploads.place():
        with pytest.raises(Refusal) as caught, uploads.place():
            pass
        assert (caught.value.status, caught.value.code) == (429, "TOO_MANY_UPLOADS")
    with uploads.place():
        assert uploads.inside == 1


async def session_of(role: Role, organization_id: int) -> str:
    """The cookie of a person with that role."""
    user: User = await active()
    new = grants.NewGrant(
        role=role, holder=grants.Holder(user_id=user.id), organization_id=organization_id
    )
    await grants.grant(EDITOR, new)
    begun = await sign_in(user.email, PASSWORD, OFFICE, now=datetime.now(UTC))
    return f"xinfeng={begun.secret}"


@pytest.mark.usefixtures("quick_passwords")
async def test_people_upload_from_our_pages_and_from_no_others(desk: Desk) -> None:
    cookie = await session_of(Role.PUBLISHER, desk.home)
    data = picture(30, 30, shade=9)
    cross = {"cookie": cookie, "sec-fetch-site": "cross-site"}
    async with nothing_written():
        assert code_of(await desk.send(data, token="", headers=cross)) == (401, "UNAUTHENTICATED")
    own = {"cookie": cookie, "sec-fetch-site": "same-origin"}
    assert (await desk.send(data, token="", headers=own)).status == 201
