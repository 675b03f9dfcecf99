"""Takes what was found: each article once, as a draft, in a transaction of its own. Whoever is
stopped in the middle starts again, and it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from domain.access import Act
from domain.articles import actions as articles
from domain.articles.imports.filing import nearest
from domain.articles.imports.found import Found, Item, Rejected
from domain.articles.imports.models import ArticleImport
from domain.articles.imports.pictures import Library, adopt
from domain.articles.imports.plan import Adoption, Planned, planned
from domain.articles.rules import numbered
from domain.categories import actions as categories
from domain.categories.models import Category
from domain.categories.reading import NamePath
from domain.categories.rules import slug_of
from domain.changes import changing
from domain.ids import format_id
from domain.problems import Conflict, Problem

MOST_NAMESAKES = 100
"""Categories of one name, in different places of the tree."""

FIRST = 1
"""The version of an article that was just made."""


class Outcome(StrEnum):
    """What became of one that was found."""

    TAKEN = "taken"
    KNOWN = "known"
    CHANGED = "changed"
    REJECTED = "rejected"


@dataclass
class Result:
    """How many ended how. rejected: each with why; changed: known ones that now read otherwise
    there, and stay as they are here. taken: global ids. pictures: how many are in the library."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    rejected: list[Rejected] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    repeated: int = 0
    pictures: int = 0
    pictures_left_out: list[Rejected] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        return {
            **self.counts,
            "repeatedParagraphs": self.repeated,
            "pictures": self.pictures,
            "picturesLeftOut": [each._asdict() for each in self.pictures_left_out],
            "articles": self.taken,
            "changedThere": self.changed,
            "rejects": [each._asdict() for each in self.rejected],
        }


async def take(
    act: Act,
    items: Iterable[Item],
    adoption: Adoption,
    report: Callable[[int], None],
    library: Library | None = None,
) -> Result:
    """report: is told after each how many there were so far. library: where their pictures go."""
    result = Result()
    # Categories that are made for one article are there for the next.
    known = dict(adoption.filing.known)
    adoption = replace(adoption, filing=replace(adoption.filing, known=known))
    for number, item in enumerate(items, 1):
        outcome = await _one(act, item, adoption, known, result, library)
        result.counts[outcome] += 1
        report(number)
    return result


async def _one(
    act: Act,
    item: Item,
    adoption: Adoption,
    known: dict[int, NamePath],
    result: Result,
    library: Library | None,
) -> Outcome:
    if isinstance(item, Rejected):
        result.rejected.append(item)
        return Outcome.REJECTED
    try:
        plan = planned(item, adoption)
        taken = await _known(adoption.source, item)
        if taken is not None:
            if taken.sha256 == plan.sha256:
                return Outcome.KNOWN
            result.changed.append(format_id("Article", taken.article_id))
            return Outcome.CHANGED
        if plan.filed.is_new:
            await _make_category(act, item.category, known)
            plan = planned(item, adoption)
        adopted = await adopt(act, plan, library)
        new = replace(plan.new, blocks=adopted.blocks, cover=adopted.cover)
        plan = replace(plan, new=new)
        result.taken.append(format_id("Article", await _take(act, plan, adoption)))
    except Problem as problem:
        place = ".".join(problem.path)
        why = f"{place}: {problem.message}" if place else problem.message
        result.rejected.append(Rejected(item.source_id, why))
        return Outcome.REJECTED
    result.repeated += len(plan.repeated)
    result.pictures += len(adopted.ids)
    left_out = [Rejected(item.source_id, why) for why in adopted.left_out]
    result.pictures_left_out += left_out
    return Outcome.TAKEN


async def _make_category(act: Act, path: NamePath, known: dict[int, NamePath]) -> None:
    """With all that is missing above it. They are told in `known`."""
    parent_id, missing = nearest(path, known)
    for name in missing:
        new = categories.NewCategory(name=name, slug=await _slug(name), parent_id=parent_id)
        above = known[parent_id] if parent_id is not None else ()
        parent_id = await categories.create(act, new)
        known[parent_id] = (*above, name)


async def _slug(name: str) -> str:
    """The first of slug, slug-2, slug-3 … that is free."""
    for tried in numbered(slug_of(name), 1, MOST_NAMESAKES):
        if not await Category.filter(slug=tried).exists():
            return tried
    raise Conflict(f"there are too many categories called {name}", code="TAKEN")


async def _known(source: str, item: Found) -> ArticleImport | None:
    return await ArticleImport.get_or_none(source=source, source_id=item.source_id)


async def _take(act: Act, plan: Planned, adoption: Adoption) -> int:
    """The article, that it is public where it becomes so, and the word that it was taken: all or
    nothing."""
    async with changing() as client:
        article_id = await articles.create(act, plan.new)
        await ArticleImport.create(
            using_db=client,
            source=adoption.source,
            source_id=plan.found.source_id,
            article_id=article_id,
            sha256=plan.sha256,
            imported_at=act.now,
        )
        if adoption.publishes and plan.found.is_public:
            await articles.publish(act, article_id, FIRST)
        return article_id
