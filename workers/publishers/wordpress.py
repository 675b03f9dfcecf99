"""WordPress.com, and sites with Jetpack: `posts/new` of the site, under a slug of our own.

The interface knows no key for a request that is repeated. The slug serves as one: before a further
attempt the site is asked whether it has it. Sources: developer.wordpress.com [D]; that a token is
refused as `invalid_token`, memory [M].
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from domain.distribution.actions import Carried
from domain.partners.rules import Platform
from workers.platforms.failures import Expired, Refused, Retryable
from workers.platforms.protocol import Answer, PulledAccount, Request
from workers.platforms.reading import failure_of_status, json_of, object_of, text_id
from workers.publishers.protocol import Package, Publisher

HOST = "https://public-api.wordpress.com"


class WordPress(Publisher):
    """The account's external_id is the site: its number or its domain."""

    platform = Platform.WORDPRESS

    def build(self, account: PulledAccount, package: Package, key: str) -> Request:
        post = {
            "title": package["title"],
            "excerpt": package["summary"],
            "content": package["body"],
            "slug": key,
            "status": "publish",
        }
        return _request(account, "POST", "new", msgspec.json.encode(post))

    def read(self, answer: Answer) -> Carried:
        return _carried(_content(answer))

    def build_search(self, account: PulledAccount, key: str) -> Request:
        return _request(account, "GET", f"slug:{quote(key, safe='')}")

    def read_search(self, answer: Answer) -> Carried | None:
        if answer.status == 404 and object_of(json_of(answer)).get("error") == "unknown_post":
            return None
        return _carried(_content(answer))


PUBLISHER = WordPress()


def _request(account: PulledAccount, method: str, place: str, body: bytes | None = None) -> Request:
    if not account.token:
        raise Expired("the account has no access token")
    site = quote(account.external_id, safe="")
    url = f"{account.base_url or HOST}/rest/v1.1/sites/{site}/posts/{place}"
    headers = {"Authorization": f"Bearer {account.token}", "Content-Type": "application/json"}
    return Request(method, url, (), headers, body=body)


def _content(answer: Answer) -> dict[str, Any]:
    failure = failure_of_status(answer)
    if isinstance(failure, Refused):
        error = object_of(json_of(answer)).get("error")
        if error == "invalid_token":
            raise Expired("invalid_token")
        raise Refused(f"{failure.reason}: {error}" if isinstance(error, str) else failure.reason)
    if failure is not None:
        raise failure
    return object_of(json_of(answer))


def _carried(post: dict[str, Any]) -> Carried:
    number, url = text_id(post.get("ID")), post.get("URL")
    if not number:
        raise Retryable("the answer names no post")
    return Carried(url=url if isinstance(url, str) else "", external_id=number)
