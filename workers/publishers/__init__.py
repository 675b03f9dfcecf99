"""The platforms that take an article by an interface, each with its publisher."""

from __future__ import annotations

from collections.abc import Mapping

from domain.partners.rules import Platform
from workers.publishers import mastodon, wordpress
from workers.publishers.protocol import Publisher

PUBLISHERS: Mapping[Platform, Publisher] = {
    publisher.platform: publisher for publisher in (mastodon.PUBLISHER, wordpress.PUBLISHER)
}
"""As many as domain/distribution/rules.py says are carried by interface: a test compares."""
