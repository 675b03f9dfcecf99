"""The platforms that are asked, each with its adapter."""

from __future__ import annotations

from collections.abc import Mapping

from domain.partners.rules import Platform
from workers.platforms.mastodon import Mastodon
from workers.platforms.protocol import Adapter
from workers.platforms.weibo import Weibo

ADAPTERS: Mapping[Platform, Adapter] = {
    adapter.platform: adapter for adapter in (Weibo(), Mastodon())
}
