"""Articles as files: Markdown, DOCX or JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import on_database, running, say
from domain.articles.exports.pictures import pictures_of
from domain.articles.exports.selection import Exported, Selection, selected
from domain.ids import parse_id
from domain.media.storage import Storage, open_storage
from domain.problems import Invalid


class Format(StrEnum):
    """What an article is written as."""

    MARKDOWN = "markdown"
    DOCX = "docx"
    JSON = "json"


ENDINGS = {Format.MARKDOWN: ".md", Format.DOCX: ".docx", Format.JSON: ".json"}
Ids = Annotated[list[str] | None, Parameter(name="--article", negative=())]
LONGEST_STEM = 60
"""Letters of a slug in a file's name: of Chinese each takes three bytes, and a name has 255."""


def articles(
    target: Path,
    *,
    format: Format | None = None,
    ids: Ids = None,
    within: str = "",
    drafts: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Write articles as Markdown, DOCX or JSON: one into a file, several into a folder.

    Of a published article what is public is written, of a draft its newest revision.

    Parameters
    ----------
    target
        A file that ends in .md, .docx or .json, for one article; or a folder, made where there is
        none. Files in it that have an article's name are replaced.
    format
        What is written; a file's ending says so too.
    ids
        Which article, like Article:12. May be repeated; all when it is not said.
    within
        Only those of this organization or below it, like Organization:5.
    drafts
        Those too that are not public.
    """
    endings = {ending: each for each, ending in ENDINGS.items()}
    by_ending = endings.get(target.suffix.lower())
    chosen = format or by_ending
    if chosen is None:
        raise CommandFailed(f"say --format: {', '.join(Format)}")
    selection = Selection(
        numbers=[_number(id_, "Article") for id_ in ids or []],
        within=_number(within, "Organization") if within else None,
        has_drafts=drafts,
    )
    if by_ending is None:
        target.mkdir(parents=True, exist_ok=True)
    with running() as settings, progress("exporting") as report:
        storage = open_storage(settings.media_place)
        work = write(target, by_ending is not None, chosen, selection, storage, report)
        count = on_database(settings.database_url, work)
    say(f"{count:,} articles in {target}")


def _number(id_: str, noun: str) -> int:
    try:
        return parse_id(id_, noun)[1]
    except Invalid as problem:
        raise CommandFailed(f"{id_}: {problem.message}") from None


async def write(
    target: Path,
    is_file: bool,
    format_: Format,
    selection: Selection,
    storage: Storage,
    report: Callable[[int, int], None],
) -> int:
    """Into a file, or a folder that is there. Returns how many."""
    writer = _writer(format_, storage)
    count = 0
    async for article in selected(selection):
        if is_file and count:
            raise CommandFailed("these are several articles: name a folder, or one --article")
        path = target if is_file else target / f"{_stem(article)}{ENDINGS[format_]}"
        path.write_bytes(await writer(article))
        count += 1
        report(count, count)
    if is_file and not count:
        raise CommandFailed("there is no such article, or it is not public: see --drafts")
    return count


def _stem(article: Exported) -> str:
    """Different for each article, whatever its slug holds."""
    number = article.id.split(":")[1]
    words = "".join(letter for letter in article.slug if letter.isalnum() or letter in "-_")
    return f"{number}-{words[:LONGEST_STEM]}".rstrip("-")


def _writer(format_: Format, storage: Storage) -> Callable[[Exported], Awaitable[bytes]]:
    # Who writes no DOCX does not wait for what does.
    from domain.articles.exports.shapes import as_json, as_markdown

    if format_ is Format.DOCX:
        from domain.articles.exports.word import as_word

        async def word(article: Exported) -> bytes:
            return as_word(article, await pictures_of(article, storage))

        return word

    async def text(article: Exported) -> bytes:
        return (as_json if format_ is Format.JSON else as_markdown)(article).encode()

    return text
