"""Takes what was found: each article once, as a draft, in a transaction of its own. Whoever is
stopped in the middle starts again, and it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from domain.access import Act
from domain.articles import actions as articles
from domain.articles.imports.found import Found, Item, Rejected
from domain.articles.imports.models import ArticleImport
from domain.articles.imports.pictures import Library, adopt
from domain.articles.imports.plan import Adoption, Planned, planned
from domain.changes import changing
from domain.ids import format_id
from domain.problems import Problem

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
    for number, item in enumerate(items, 1):
        outcome = await _one(act, item, adoption, result, library)
        result.counts[outcome] += 1
        report(number)
    return result


async def _one(
    act: Act, item: Item, adoption: Adoption, result: Result, library: Library | None
) -> Outcome:
    if isinstance(item, Rejected):
        result.rejected.append(item)
        return Outcome.REJECTED
    try:
        plan = planned(item, adoption)
        known = await _known(adoption.source, item)
        if known is not None:
            if known.sha256 == plan.sha256:
                return Outcome.KNOWN
            result.changed.append(format_id("Article", known.article_id))
            return Outcome.CHANGED
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
