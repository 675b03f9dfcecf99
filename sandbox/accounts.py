"""Whose the posts are on platforms that show an account its own posts only, and secrets.

Both follow from the account's identifier alone, so that nobody has to register anything.
"""

from __future__ import annotations

SHARES = 16


def owns(account: str, post_id: int) -> bool:
    """An account whose identifier ends in a hexadecimal digit has a sixteenth of the topics."""
    try:
        return post_id % SHARES == int(account[-1:], SHARES)
    except ValueError:
        return False


def secret_of(app_id: str) -> str:
    """The secret of an application, e.g. for its signatures."""
    return f"secret-of-{app_id}"
