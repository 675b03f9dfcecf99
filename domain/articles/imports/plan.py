"""What becomes of what was found: the same wherever it is shown or done. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from domain.articles.actions.creation import NewArticle
from domain.articles.blocks import Block, from_html, from_markdown, stored, to_plain
from domain.articles.blocks.shapes import Paragraph
from domain.articles.imports.filing import Filed, Filing, filed
from domain.articles.imports.found import Found
from domain.articles.imports.repeats import Repeat, repeats
from domain.ids import format_id

KEPT = {"title": 300, "summary": 1000, "source": 200, "tag": 32}
MOST_TAGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """How what a source says becomes ours.

    source: what it is called, and what its ids are ids in. authors: ours by the source's names;
    author_id: where there is none. filing: under which categories. drops_repeats: whether
    paragraphs that stand already are left out. publishes: whether what is public there becomes so
    here.
    """

    source: str
    organization_id: int
    author_id: int
    authors: Mapping[str, int] = field(default_factory=dict)
    filing: Filing = field(default_factory=Filing)
    drops_repeats: bool = False
    publishes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An article as it would be made. filed: under what. repeated: what is, or may be, left out of
    it, with the paragraph's text. sha256: of what was read."""

    found: Found
    new: NewArticle
    filed: Filed
    paragraphs: int
    repeated: tuple[tuple[Repeat, str], ...]
    sha256: str


def planned(found: Found, adoption: Adoption) -> Planned:
    """Raises Invalid for a body that blocks cannot hold."""
    blocks = _blocks(found)
    places = [at for at, block in enumerate(blocks) if isinstance(block, Paragraph)]
    texts = [to_plain((blocks[at],)) for at in places]
    twice = repeats(texts)
    if adoption.drops_repeats:
        needless = {places[repeat.place] for repeat in twice}
        blocks = tuple(block for at, block in enumerate(blocks) if at not in needless)
    under = filed(found.category, adoption.filing)
    new = NewArticle(
        title=_cut(found.title, "title"),
        author_id=adoption.authors.get(found.author, adoption.author_id),
        organization_id=adoption.organization_id,
        summary=_cut(found.summary, "summary"),
        blocks=stored(blocks),
        category_id=None if under.id is None else format_id("Category", under.id),
        tags=[tag for tag in found.tags if len(tag) <= KEPT["tag"]][:MOST_TAGS],
        source=_cut(adoption.source, "source"),
        source_url=found.source_url if found.source_url.startswith("http") else "",
        credits=[{"role": "作者", "name": found.author}] if _is_credited(found, adoption) else [],
        source_published_at=found.published_at,
        reason=_cut(f"imported from {adoption.source}", "source"),
    )
    return Planned(
        found=found,
        filed=under,
        new=replace(new, language=found.language) if found.language else new,
        paragraphs=len(places),
        repeated=tuple((repeat, texts[repeat.place]) for repeat in twice),
        sha256=_digest(found),
    )


def _blocks(found: Found) -> tuple[Block, ...]:
    if found.markdown is not None:
        return from_markdown(found.markdown)
    return from_html(found.body or "")


def _cut(text: str, what: str) -> str:
    return " ".join(text.split())[: KEPT[what]]


def _is_credited(found: Found, adoption: Adoption) -> bool:
    """Who wrote it there and is nobody here is named all the same."""
    return bool(found.author) and len(found.author) <= 100 and found.author not in adoption.authors


def _digest(found: Found) -> str:
    said = (found.title, found.body, found.markdown, found.summary, found.category, found.tags)
    return hashlib.sha256(repr(said).encode()).hexdigest()
