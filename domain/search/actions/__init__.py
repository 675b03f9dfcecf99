"""Writes what a search looks through: the only place that does."""

from domain.search.actions.indexing import index
from domain.search.actions.synonyms import remove_synonyms, set_synonyms

__all__ = ["index", "remove_synonyms", "set_synonyms"]
