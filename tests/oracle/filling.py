"""What rows to try the graph on are made of: odd texts, few moments, and what was made before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import TypeVar

from domain.articles.models import Article
from domain.campaigns.models import Campaign
from domain.categories.models import Category
from domain.organizations.models import Organization
from domain.partners.models import Account, Partner
from domain.people.models import Person
from domain.posts.models import Post
from domain.teams.models import Team

T = TypeVar("T")

CANARY = "canary-4f1d"

NAMES = [
    "大兴中心",
    "黄村所",
    "黄村所",
    "Zebra",
    "zebra",
    "Äpfel",
    'Ann "O\'Neil" \\ Co',
    "100%_",
    "𠮷野家😀",
    "a b",
    "黄",
    " ",
    "全　角 👨\u200d👩\u200d👧",
]
TEXTS = [
    "",
    "新风",
    '"quoted"',
    "it's",
    "back\\slash",
    "<b>bold</b> & more",
    "line\nfeed\ttab",
    "😀",
]
TAGS = ["志愿", "社区", "a'b", 'a"b', "{}", "a,b", "NULL", ""]


@dataclass
class Filling:
    """now: the rows stand around this moment. numbers: of visible and of hidden rows."""

    now: datetime
    random: Random
    visible: count[int]
    hidden: count[int]
    organizations: list[Organization] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def maybe(self, choices: Sequence[T]) -> T | None:
        return self.one(choices) if self.random.random() < 0.7 else None

    def moment(self) -> datetime:
        """One of few, so that many rows share one; some with parts of a second."""
        days = self.random.choice([1, 2, 2, 3, 10, 40, 200])
        part = timedelta(microseconds=self.random.choice([0, 0, 120_000, 1]))
        return self.now.replace(minute=0, second=0, microsecond=0) - timedelta(days=days) + part
