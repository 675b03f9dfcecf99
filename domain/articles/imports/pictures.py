"""Pictures of what was found join the library, and stand in the body as files of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from domain.access import Act
from domain.articles.imports.found import PictureFile
from domain.articles.imports.plan import Planned
from domain.ids import format_id
from domain.media.actions import NewMedia, upload
from domain.media.incoming import incoming
from domain.media.rules import LONGEST_TEXT, MediaKind
from domain.media.storage import Storage
from domain.problems import Invalid, Problem

PART_BYTES = 2**20


class Unavailable(Exception):
    """A picture elsewhere that cannot be had; the message says why."""


Fetch: TypeAlias = Callable[[str], Awaitable[PictureFile]]
"""Of an address; raises Unavailable."""


class Library(NamedTuple):
    """Where pictures go. fetch: gets those that stand elsewhere; None: they stay there."""

    storage: Storage
    fetch: Fetch | None = None


@dataclass
class Adopted:
    """A body with its pictures. ids: of the library, by the address that stood in the body.
    left_out: which are not in the library, and why."""

    blocks: list[dict[str, Any]]
    cover: str | None = None
    ids: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


async def adopt(act: Act, plan: Planned, library: Library | None) -> Adopted:
    """What cannot be had elsewhere stays there, as a picture of that address; what came along and
    is no picture that the library takes is left out. Each says why."""
    found = plan.found
    adopted = Adopted(list(plan.new.blocks or ()))
    shown = {place["url"]: str(place.get("alt", "")) for place in _places(adopted.blocks)}
    wanted = shown | ({found.cover: found.cover_alt} if found.cover else {})
    for url, alt in wanted.items():
        try:
            media = await _joined(act, plan, url, alt, library)
        except (Problem, Unavailable) as error:
            name = found.pictures[url].name if url in found.pictures else url
            adopted.left_out.append(f"{name}: {error}")
        else:
            adopted.ids |= {url: media} if media else {}
    lost = {url for url in found.pictures if url not in adopted.ids}
    adopted.blocks = [
        kept for block in adopted.blocks if (kept := _moved(block, adopted.ids, lost))
    ]
    adopted.cover = adopted.ids.get(found.cover)
    return adopted


def _places(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What of the blocks shows a picture by its address."""
    for block in blocks:
        of_gallery = block.get("images", ()) if block["type"] == "gallery" else ()
        for place in (block, *of_gallery):
            is_picture = place is not block or block["type"] == "image"
            if is_picture and place.get("url"):
                yield place


async def _joined(act: Act, plan: Planned, url: str, alt: str, library: Library | None) -> str:
    """The id in the library; empty for one that stays where it is."""
    file = plan.found.pictures.get(url)
    if library is None:
        if file is not None:
            raise Unavailable("there is no library to put it in")
        return ""
    if file is None:
        if library.fetch is None:
            return ""
        file = await library.fetch(url)
    new = NewMedia(
        organization_id=plan.new.organization_id,
        name=file.name,
        alt=" ".join(alt.split())[: LONGEST_TEXT["alt"]],
    )
    with incoming(library.storage.scratch) as into:
        for start in range(0, len(file.content), PART_BYTES):
            await into.write(file.content[start : start + PART_BYTES])
        received = await into.finish()
        if received.content.kind is not MediaKind.IMAGE:
            raise Invalid("it is no picture")
        return format_id("Media", (await upload(act, received, new, library.storage)).media_id)


def _moved(block: dict[str, Any], ids: dict[str, str], lost: set[str]) -> dict[str, Any] | None:
    """The block with its pictures in the library; None when nothing of it is left."""
    if block["type"] == "gallery":
        images = [kept for image in block["images"] if (kept := _placed(image, ids, lost))]
        return {**block, "images": images} if images else None
    return _placed(block, ids, lost) if block["type"] == "image" else block


def _placed(place: dict[str, Any], ids: dict[str, str], lost: set[str]) -> dict[str, Any] | None:
    url = place.get("url", "")
    if url in lost:
        return None
    if url not in ids:
        return place
    return {name: value for name, value in place.items() if name != "url"} | {"media": ids[url]}
