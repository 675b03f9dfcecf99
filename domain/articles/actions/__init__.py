"""Writes articles: the only place that does."""

from domain.articles.actions.creation import NewArticle, create
from domain.articles.actions.editing import forget_editing, stop_editing, touch_editing
from domain.articles.actions.edition import ArticleChanges, update
from domain.articles.actions.publication import publish, publish_urgently, withdraw
from domain.articles.actions.reviewing import submit_for_review
from domain.articles.actions.revising import name_revision, restore
from domain.articles.actions.values import Writing

__all__ = [
    "ArticleChanges",
    "NewArticle",
    "Writing",
    "create",
    "forget_editing",
    "name_revision",
    "publish",
    "publish_urgently",
    "restore",
    "stop_editing",
    "submit_for_review",
    "touch_editing",
    "update",
    "withdraw",
]
