"""Articles from elsewhere: read, shown as they are understood, and taken as drafts."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import aiohttp
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from commands.failures import CommandFailed
from commands.picture_fetching import fetching
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.articles.imports.actions import Result, take
from domain.articles.imports.filing import SEPARATOR, Filing
from domain.articles.imports.found import MOST_BYTES, Item, Rejected, Unreadable
from domain.articles.imports.pictures import Library
from domain.articles.imports.plan import Adoption, Planned, planned
from domain.articles.imports.sources import Format, read, read_folder
from domain.categories.reading import name_paths
from domain.ids import parse_id
from domain.media.storage import open_storage
from domain.problems import Invalid
from domain.public_addresses import networks
from settings import Settings

Report = Callable[[int, int], None]
SHOWN = 20
FETCH_SECONDS = 60
Names = Annotated[list[str] | None, Parameter(negative=())]


def articles(
    source: str,
    *,
    organization: str,
    author: str,
    format: Format | None = None,
    name: str = "",
    map_author: Names = None,
    map_category: Names = None,
    make_categories: Annotated[bool, Parameter(negative=())] = False,
    drop_repeats: Annotated[bool, Parameter(negative=())] = False,
    leave_pictures: Annotated[bool, Parameter(negative=())] = False,
    publish: Annotated[bool, Parameter(negative=())] = False,
    preview: Annotated[bool, Parameter(negative=())] = False,
    rejects: Path | None = None,
    as_json: Json = False,
) -> None:
    """Take articles from a feed, a WordPress export, documents, Markdown, a page or raw text.

    Each becomes a draft, once, with the date it had there: the same source again takes what is new,
    and goes on where it was stopped. Exit 1 when something was rejected: it stands in a file of its
    own, with reasons.

    Parameters
    ----------
    source
        A file, a folder of files, or an address that begins with https:// or http://.
    organization
        Whose articles they become, like Organization:5.
    author
        Who is their author here, like Person:3, where --map-author names nobody.
    format
        What the source is written in; it is found out when it is not said.
    name
        What the source is called, so that its articles are known again; its place by default.
    map_author
        Who somebody of the source is here: NAME=Person:9. May be repeated.
    map_category
        Under which category here a category of the source comes: NAME=Category:4, or
        ABOVE/NAME=Category:4 where its tree has several of a name. May be repeated. Others come
        under those of the same name or path here, if there is one.
    make_categories
        Make the categories, with those above them, that are not here; else such articles come
        under none.
    drop_repeats
        Leave paragraphs out that say what one before them says; --preview shows which.
    leave_pictures
        Leave pictures of other sites where they are; without it they are fetched, from public
        addresses, into the library.
    publish
        Make public what is public there, listed at the time it has there. What is reviewed first
        here, or lacks something, is rejected.
    preview
        Show what would become of the first ones; store nothing.
    rejects
        Where to write what was rejected; rejects.csv in the working directory by default.
    as_json
        What became of the source, as an object.
    """
    mapped = {
        known: _number(id_, "Category", "--map-category")
        for known, id_ in _pairs(map_category, "--map-category")
    }
    adoption = Adoption(
        source=(name or source)[:300],
        organization_id=_number(organization, "Organization", "--organization"),
        author_id=_number(author, "Person", "--author"),
        authors={
            known: _number(id_, "Person", "--map-author")
            for known, id_ in _pairs(map_author, "--map-author")
        },
        filing=Filing(mapped=mapped, makes_missing=make_categories),
        drops_repeats=drop_repeats,
        publishes=publish,
    )
    try:
        items = list(_items(source, format))
    except Unreadable as error:
        raise CommandFailed(f"{source}: {error}") from None
    with running() as settings:
        if preview:
            filing = on_database(settings.database_url, _filing(adoption))
            _preview(items, replace(adoption, filing=filing), as_json)
            return
        with progress("importing") as report:
            work = _taken(settings, items, adoption, leave_pictures, report)
            result = on_database(settings.database_url, work)
    if as_json:
        print(json.dumps(result.told(), ensure_ascii=False, indent=2))
    _conclude(result, rejects or Path("rejects.csv"))


async def _filing(adoption: Adoption) -> Filing:
    return replace(adoption.filing, known=await name_paths())


async def _taken(
    settings: Settings, items: list[Item], adoption: Adoption, leaves: bool, report: Report
) -> Result:
    act = Act(SYSTEM, datetime.now(UTC))
    filed = replace(adoption, filing=await _filing(adoption))
    async with fetching(networks(settings.private_networks)) as fetch:
        library = Library(open_storage(settings.media_place), None if leaves else fetch)
        return await take(act, items, filed, lambda done: report(done, len(items)), library)


def _number(id_: str, noun: str, option: str) -> int:
    try:
        return parse_id(id_, noun)[1]
    except Invalid as problem:
        raise CommandFailed(f"{option}: {problem.message}") from None


def _pairs(given: list[str] | None, option: str) -> Iterator[tuple[str, str]]:
    for text in given or []:
        left, equals, right = text.rpartition("=")
        if not equals or not left:
            raise CommandFailed(f"{option} {text}: not NAME=VALUE")
        yield left, right


def _items(source: str, format_: Format | None) -> Iterator[Item]:
    if source.startswith(("http://", "https://")):
        content = asyncio.run(_fetched(source))
        return read(urlsplit(source).path, content, format_)
    path = Path(source)
    if path.is_dir():
        return read_folder(path, format_)
    if not path.is_file():
        raise CommandFailed(f"there is no file or folder {source}")
    return read(path.name, path.read_bytes(), format_)


async def _fetched(url: str) -> bytes:
    """The operator named the address: it is asked as a browser of theirs would."""
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers={"user-agent": "Xinfeng"}) as answer,
        ):
            answer.raise_for_status()
            content = bytearray()
            async for part in answer.content.iter_chunked(2**16):
                content += part
                if len(content) > MOST_BYTES:
                    raise CommandFailed(f"{url} sends more than {MOST_BYTES // 2**20} MiB")
            return bytes(content)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise CommandFailed(f"{url} cannot be read: {error or 'no answer in time'}") from None


def _preview(items: list[Item], adoption: Adoption, as_json: bool) -> None:
    """Whatever is at fault with the source alone; which articles are here is not looked up."""
    plans: list[Planned | Rejected] = [_plan(item, adoption) for item in items]
    if as_json:
        print(json.dumps([_told(plan) for plan in plans], ensure_ascii=False, indent=2))
    else:
        _show(plans)
    rejected = sum(isinstance(plan, Rejected) for plan in plans)
    say(f"{len(plans) - rejected:,} articles would be taken, {rejected:,} rejected; nothing stored")


def _plan(item: Item, adoption: Adoption) -> Planned | Rejected:
    if isinstance(item, Rejected):
        return item
    try:
        return planned(item, adoption)
    except Invalid as problem:
        return Rejected(item.source_id, f"{'.'.join(problem.path)}: {problem.message}")


def _told(plan: Planned | Rejected) -> dict[str, object]:
    if isinstance(plan, Rejected):
        return {"rejected": plan.place, "why": plan.why}
    published_at = plan.found.published_at
    return {
        "sourceId": plan.found.source_id,
        "title": plan.new.title,
        "author": plan.found.author,
        "authorId": plan.new.author_id,
        "category": list(plan.found.category),
        "categoryId": plan.new.category_id,
        "makesCategory": plan.filed.is_new,
        "tags": list(plan.new.tags or ()),
        "publishedThere": published_at.isoformat() if published_at else None,
        "paragraphs": plan.paragraphs,
        "repeated": [
            {"paragraph": each.place + 1, "of": each.first + 1, "alike": each.alike, "text": text}
            for each, text in plan.repeated
        ],
        "notes": list(plan.found.notes),
    }


def _show(plans: list[Planned | Rejected]) -> None:
    console = Console(stderr=True)
    table = Table("id there", "title", "author", "category", "paragraphs", "repeated", "notes")
    for plan in islice(plans, SHOWN):
        if isinstance(plan, Rejected):
            table.add_row(plan.place, "", "", "", "", "", f"rejected: {plan.why}")
            continue
        found = plan.found
        numbers = (str(plan.paragraphs), str(len(plan.repeated)))
        table.add_row(
            *(found.source_id, plan.new.title, found.author, _shown(plan)),
            *numbers,
            "; ".join(found.notes),
        )
    console.print(table)
    for plan in islice(plans, SHOWN):
        if isinstance(plan, Planned):
            for repeat, text in plan.repeated:
                where = f"paragraph {repeat.place + 1} repeats {repeat.first + 1}"
                console.print(f"{plan.new.title}: {where} ({repeat.alike:.0%}): {text[:60]}")


def _shown(plan: Planned) -> str:
    """Its category there, and what that is here."""
    here = "new" if plan.filed.is_new else plan.new.category_id or "none"
    return f"{SEPARATOR.join(plan.found.category)} ({here})" if plan.found.category else ""


def _conclude(result: Result, rejects: Path) -> None:
    counts = result.counts
    say(
        f"{counts['taken']:,} taken, {counts['known']:,} known already, "
        f"{counts['changed']:,} changed there and left as they are here, "
        f"{counts['rejected']:,} rejected; {result.repeated:,} repeated paragraphs"
    )
    if result.pictures or result.pictures_left_out:
        say(f"{result.pictures:,} pictures, {len(result.pictures_left_out):,} left out")
    for place, why in result.pictures_left_out[:SHOWN]:
        say(f"left out of {place}: {why}")
    if not result.rejected:
        return
    with rejects.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("place", "why"))
        writer.writerows(result.rejected)
    raise CommandFailed(f"what was rejected stands in {rejects}, with the reason of each")
