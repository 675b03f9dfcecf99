"""Who may see which posts: a post of an article those who may see the article, and a partner what
stands on its own accounts, whatever it carries."""

from __future__ import annotations

from domain.access import Predicate, Viewer, either, through
from domain.partners.access import own_accounts
from domain.permissions import Permission, rows_of

PUBLIC = Predicate("{row}.public")
ORGANIZATION = "{row}.organization_id"


def visible(viewer: Viewer) -> Predicate:
    """The row has organization_id, account_id and public."""
    return either(
        PUBLIC,
        rows_of(viewer, Permission.SEE_DRAFTS, ORGANIZATION),
        through(own_accounts(viewer), "{row}.account_id", "account"),
    )
