"""Mastodon: `POST /api/v1/statuses`, with an Idempotency-Key that holds for an hour.

Source: Mastodon's documentation of 2026-07 [D].
"""

from __future__ import annotations

import msgspec

from domain.distribution.actions import Carried
from domain.partners.rules import Platform
from workers.platforms.failures import Expired, Refused, Retryable
from workers.platforms.protocol import Answer, PulledAccount, Request
from workers.platforms.reading import failure_of_status, json_of, object_of, text_id
from workers.publishers.protocol import Package, Publisher


class Mastodon(Publisher):
    platform = Platform.MASTODON

    def build(self, account: PulledAccount, package: Package, key: str) -> Request:
        if not account.base_url:
            raise Refused("the account names no instance")
        if not account.token:
            raise Expired("the account has no access token")
        headers = {
            "Authorization": f"Bearer {account.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        body = msgspec.json.encode({"status": package["body"], "visibility": "public"})
        return Request("POST", f"{account.base_url}/api/v1/statuses", (), headers, body=body)

    def read(self, answer: Answer) -> Carried:
        failure = failure_of_status(answer)
        if failure is not None:
            raise failure
        status = object_of(json_of(answer))
        number, url = text_id(status.get("id")), status.get("url")
        if not number:
            raise Retryable("the answer names no status")
        return Carried(url=url if isinstance(url, str) else "", external_id=number)


PUBLISHER = Mastodon()
