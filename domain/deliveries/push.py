"""What a sender hands over at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.deliveries.rules import PushedItem, WrongItem
from domain.engagement.rules import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push whose signature was checked, or a portion of a file.

    webhook_id: the sender's key: the same push sent again carries the same one.
    items: what each holds, or what is wrong with it already.
    upserts_posts: whether posts nobody registered are made known.
    open_days: older figures are settled: an item that changes them must say why.
    """

    partner_id: int
    webhook_id: str
    payload_sha256: bytes
    sent_at: datetime
    items: Sequence[PushedItem | WrongItem]
    open_days: int
    dry_run: bool = False
    upserts_posts: bool = False
    source: Source = Source.PUSH
