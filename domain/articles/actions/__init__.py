"""Writes articles: the only place that does."""

from domain.articles.actions.creation import NewArticle, create
from domain.articles.actions.edition import ArticleChanges, update
from domain.articles.actions.publication import publish, publish_urgently, withdraw
from domain.articles.actions.reviewing import submit_for_review

__all__ = [
    "ArticleChanges",
    "NewArticle",
    "create",
    "publish",
    "publish_urgently",
    "submit_for_review",
    "update",
    "withdraw",
]
