"""Who may see what is on its way: those who see the article's drafts, and the account's partner."""

from __future__ import annotations

from domain.access import Predicate, Viewer, either, through
from domain.partners.access import own_accounts
from domain.permissions import Permission, rows_of


def visible(viewer: Viewer) -> Predicate:
    """The row has article_id and account_id."""
    of_ours = rows_of(viewer, Permission.SEE_DRAFTS, "{row}.organization_id")
    return either(
        through(of_ours, "{row}.article_id", "article"),
        through(own_accounts(viewer), "{row}.account_id", "account"),
    )
