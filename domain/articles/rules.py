"""What an article is and what may become of it."""

from __future__ import annotations

from enum import StrEnum


class ArticleStatus(StrEnum):
    """Where an article stands. Only PUBLISHED ones are public."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"
