"""Writes articles: the only place that does."""

from domain.articles.actions.creation import NewArticle, create
from domain.articles.actions.edition import ArticleChanges, update
from domain.articles.actions.publication import publish, withdraw

__all__ = ["ArticleChanges", "NewArticle", "create", "publish", "update", "withdraw"]
