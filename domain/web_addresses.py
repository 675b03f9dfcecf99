"""What an address on the web may be: http or https, a host, no password in it."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from domain import text
from domain.problems import Invalid

Path = tuple[str, ...]


def web_address(url: str, *, path: Path, longest: int) -> str:
    """As it was given, stripped; empty stays empty. Raises Invalid."""
    return split_web_address(url, path=path, longest=longest).geturl() if url.strip() else ""


def split_web_address(url: str, *, path: Path, longest: int) -> SplitResult:
    """Raises Invalid."""
    known = text.line(url, path=path, longest=longest)
    try:
        parts = urlsplit(known)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise _refused("this is no address on the web", path) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _refused("an address on the web starts with https:// or http:// and a host", path)
    if parts.username is not None or parts.password is not None:
        raise _refused("an address may hold no user name and no password", path)
    if " " in known or "\\" in known:
        raise _refused("an address holds no spaces and no backslashes", path)
    return parts


def _refused(message: str, path: Path) -> Invalid:
    return Invalid(message, path=path, code="INVALID_URL")
