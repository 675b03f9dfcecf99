"""What follows for a distribution from its article."""

from __future__ import annotations

from typing import Any

from domain.articles.rules import ArticleStatus
from domain.distribution.rules import DistributionState


def recalled(asked: Any, row: Any) -> bool:
    """It stands there, and its article is withdrawn."""
    article = asked.tables.nouns["Article"][row.article_id]
    is_there: bool = row.state is DistributionState.ACCEPTED
    return is_there and article.status is ArticleStatus.WITHDRAWN
