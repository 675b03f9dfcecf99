"""The demo's authors and articles: one article on each real topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from commands.district import names
from commands.district.network import Organizations
from commands.district.timeline import Timeline
from commands.district.topics import WEEK_HOURS, Topic
from domain.categories.rules import slug_of
from domain.organizations.rules import OrganizationKind

AUTHORS_PER_MEDIA_CENTRE = 3
_SOURCE = "话题的计数来自公开数据集 weibo-trending-hot-history（MIT 许可，© 2020 xiadd）。"


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: int
    organization_id: int
    name: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    id: int
    parent_id: int | None
    name: str
    slug: str
    position: int


@dataclass(frozen=True, slots=True)
class ArticleRow:
    id: int
    topic: Topic
    author: PersonRow
    published_at: datetime
    category: CategoryRow | None

    @property
    def category_id(self) -> int | None:
        return self.category.id if self.category else None

    @property
    def slug(self) -> str:
        return f"topic-{self.topic.key}"

    @property
    def summary(self) -> str:
        return f"演示文章，内容为虚构；话题「{self.topic.title}」的计数是真实的。"

    @property
    def tags(self) -> list[str]:
        return ["演示", *self.topic.category_path]

    @property
    def paragraphs(self) -> list[str]:
        later = self.topic.first_hour >= WEEK_HOURS
        when = "第二周才出现在榜上，此前阅读量未知。" if later else "第一周即已上榜。"
        return [
            f"这是演示内容，不是新闻：标题取自微博热门话题「{self.topic.title}」，"
            "文章、作者和单位均为虚构。",
            f"{_SOURCE}该话题在数据集的{when}",
        ]

    @property
    def body(self) -> str:
        return "".join(f"<p>{escape(text, quote=False)}</p>" for text in self.paragraphs)

    @property
    def plain_text(self) -> str:
        return "\n\n".join(self.paragraphs)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return [
            {"type": "paragraph", "id": f"p{number}", "text": [{"text": text}]}
            for number, text in enumerate(self.paragraphs, start=1)
        ]


def people(network: Organizations) -> list[PersonRow]:
    """Three authors in each media centre."""
    centres = network.of(OrganizationKind.MEDIA_CENTRE)
    return [
        PersonRow(number + 1, centres[number % len(centres)].id, names.person(number))
        for number in range(AUTHORS_PER_MEDIA_CENTRE * len(centres))
    ]


def categories(topics: list[Topic]) -> dict[tuple[str, ...], CategoryRow]:
    """The tree that Weibo's own categories make, by path, in the order of first appearance."""
    found: dict[tuple[str, ...], CategoryRow] = {}
    beside: Counter[tuple[str, ...]] = Counter()
    for topic in topics:
        whole = topic.category_path
        for path in (whole[:length] for length in range(1, len(whole) + 1)):
            if path not in found:
                above = found.get(path[:-1])
                beside[path[:-1]] += 1
                found[path] = CategoryRow(
                    id=len(found) + 1,
                    parent_id=above.id if above else None,
                    name=path[-1],
                    slug=slug_of("-".join(path)),
                    position=beside[path[:-1]],
                )
    return found


def articles(
    topics: list[Topic],
    authors: list[PersonRow],
    filed: Mapping[tuple[str, ...], CategoryRow],
    timeline: Timeline,
) -> list[ArticleRow]:
    """One per topic, in the order of publication. filed: the categories, by path."""
    ordered = sorted(topics, key=lambda topic: (timeline.published_at(topic), topic.key))
    return [
        ArticleRow(
            id=number,
            topic=topic,
            author=authors[names.spread(topic.key, len(authors))],
            published_at=timeline.published_at(topic),
            category=filed.get(topic.category_path),
        )
        for number, topic in enumerate(ordered, start=1)
    ]
