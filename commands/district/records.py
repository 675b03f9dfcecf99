"""The demo district as table rows, ready to be copied in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from commands.district.campaigns import SUMMARY, campaigns
from commands.district.carriers import AccountRow, carriers
from commands.district.history import history
from commands.district.names import spread
from commands.district.network import organizations, teams
from commands.district.newsroom import ArticleRow, articles, categories, people
from commands.district.posts import PostRow, posts
from commands.district.timeline import Timeline
from commands.district.topics import Topic
from domain.articles.content import CONTENT
from domain.articles.models import CHINESE
from domain.articles.rules import ArticleStatus
from domain.engagement.rules import Bound, Finality, Source, ValueKind
from domain.posts.rules import PostState
from domain.secrets import SecretBox

DEFINITION = "weibo.topic/weibo-trending-hot-history-2025-10"
FIRST_PULLS_WITHIN_SECONDS = 45


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table, in the order of its columns."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    @property
    def has_sequence(self) -> bool:
        """Whether its ids come from a sequence, to be moved behind them."""
        return "id" in self.columns


def district_tables(topics: list[Topic], box: SecretBox, now: datetime) -> list[Table]:
    """Every table of the demo, in the order in which foreign keys let them be filled."""
    timeline = Timeline(now)
    first = {"version": 1, "created_at": timeline.opened_at}
    network = organizations()
    authors = people(network)
    found = carriers(network)
    projects = campaigns(network, timeline)
    filed = categories(topics)
    stories = articles(topics, authors, filed, timeline)
    carried = posts(stories, found, projects, timeline)
    return [
        _table("organization", network.rows, "id parent_id kind name", **first),
        _table("team", teams(network), "id parent_id organization_id kind name", **first),
        _table("person", authors, "id organization_id name", **first),
        _table("partner", found.partners, "id kind name organization_id", **first),
        _account_table(found.accounts, box, first),
        _table(
            "campaign",
            projects,
            "id title organization_id starts_at ends_at goal_reads",
            summary=SUMMARY,
            **first,
        ),
        _table("category", filed.values(), "id parent_id name slug position", **first),
        _article_table(stories),
        _revision_table(stories),
        _post_table(carried),
        _observation_table(carried, timeline),
        _pull_table(carried, now),
    ]


def _account_table(accounts: list[AccountRow], box: SecretBox, first: dict[str, Any]) -> Table:
    return _table(
        "account",
        accounts,
        "id partner_id platform external_id handle base_url",
        credential=lambda account: box.seal(account.credential) if account.credential else None,
        options=lambda account: json.dumps(account.options),
        **first,
    )


def _article_table(stories: list[ArticleRow]) -> Table:
    return _table(
        "article",
        stories,
        "id slug summary body plain_text tags published_at category_id",
        blocks=lambda story: json.dumps(story.blocks),
        public_number=1,
        title=lambda story: story.topic.title,
        author_id=lambda story: story.author.id,
        organization_id=lambda story: story.author.organization_id,
        status=ArticleStatus.PUBLISHED,
        version=1,
        published_here_at=lambda story: story.published_at,
        listed_at=lambda story: story.published_at,
        created_at=lambda story: story.published_at,
        updated_at=lambda story: story.published_at,
    )


def _revision_table(stories: list[ArticleRow]) -> Table:
    """The one in which each was published."""

    def content(story: ArticleRow) -> str:
        said = {
            **dict.fromkeys(CONTENT, ""),
            **{name: [] for name in ("keywords", "credits", "corrections")},
            **{"title": story.topic.title, "summary": story.summary, "blocks": story.blocks},
            **{"category_id": story.category_id, "tags": story.tags},
            **{"language": CHINESE, "cover": None},
        }
        return json.dumps(said)

    return _table(
        "article_revision",
        stories,
        "id body plain_text",
        article_id=lambda story: story.id,
        number=1,
        content=content,
        actor_id="",
        actor=lambda story: story.author.name,
        reason="",
        created_at=lambda story: story.published_at,
    )


def _post_table(carried: list[PostRow]) -> Table:
    return _table(
        "post",
        carried,
        "id external_id url title campaign_id organization_id posted_at",
        account_id=lambda post: post.account.id,
        article_id=lambda post: post.article and post.article.id,
        state=PostState.LIVE,
        created_at=lambda post: post.posted_at,
    )


def _observation_table(carried: list[PostRow], timeline: Timeline) -> Table:
    return _table(
        "observation",
        history(carried, timeline),
        "id post_id metric value observed_at",
        value_kind=ValueKind.CUMULATIVE,
        bound=Bound.EXACT,
        finality=Finality.FINAL,
        definition=DEFINITION,
        source=Source.CSV,
        recorded_at=timeline.now,
    )


def _pull_table(carried: list[PostRow], now: datetime) -> Table:
    """First pulls, spread by account: one request asks for all the posts of an account."""

    def first_at(post: PostRow) -> datetime:
        delay = spread(f"pull:{post.account.external_id}", FIRST_PULLS_WITHIN_SECONDS)
        return now + timedelta(seconds=delay)

    return _table(
        "post_pull",
        [post for post in carried if post.is_pulled],
        "",
        post_id=lambda post: post.id,
        account_id=lambda post: post.account.id,
        next_at=first_at,
        missed=0,
    )


def _table(name: str, objects: Iterable[Any], columns: str, **others: Any) -> Table:
    """One row of each object. columns: its attributes of the same names; others: by column, a
    value for every row, or a function of the object."""
    readers: dict[str, Callable[[Any], Any]] = {
        **{column: attrgetter(column) for column in columns.split()},
        **{column: other if callable(other) else _same(other) for column, other in others.items()},
    }
    rows = [tuple(read(found) for read in readers.values()) for found in objects]
    return Table(name, tuple(readers), rows)


def _same(value: Any) -> Callable[[Any], Any]:
    return lambda _: value
