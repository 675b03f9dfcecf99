"""What jobs work with. The clock, chance and the way out enter here, and nowhere else."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aiohttp import ClientSession

from domain.deliveries.rules import REMEMBERED_DAYS
from domain.media.storage import Storage, open_storage
from domain.partners.rules import Platform
from domain.public_addresses import Network, networks
from domain.secrets import SecretBox
from outgoing.guards import Guard, places_of
from settings import Settings
from workers.platforms import ADAPTERS
from workers.platforms.protocol import Adapter


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_nonce() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Tools:
    """clock: what time it is. ticks: seconds that only grow, whatever is done to the clock.
    platform_urls: addresses that go before the accounts' and the platforms' own.

    storage: where uploaded files are; without one nothing is rendered.
    chance: random numbers in [0, 1). nonce: 32 random hexadecimal digits.
    """

    session: ClientSession
    box: SecretBox
    zone: ZoneInfo
    pull_interval_seconds: float
    platform_urls: Mapping[str, str]
    adapters: Mapping[Platform, Adapter]
    push_memory_days: int = REMEMBERED_DAYS
    private_networks: tuple[Network, ...] = ()
    raw_answer_days: int = 90
    storage: Storage | None = None
    clock: Callable[[], datetime] = utc_now
    ticks: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    nonce: Callable[[], str] = new_nonce


def guard_from(settings: Settings) -> Guard:
    """Platforms are asked where the operator says, and else at public addresses only."""
    places = places_of(settings.platform_urls.values())
    return Guard(networks(settings.private_networks), places)


def tools_from(settings: Settings, session: ClientSession) -> Tools:
    return Tools(
        session=session,
        box=SecretBox(settings.secret_keys),
        zone=settings.zone,
        pull_interval_seconds=settings.pull_interval_seconds,
        platform_urls=settings.platform_urls,
        adapters=ADAPTERS,
        push_memory_days=settings.push_memory_days,
        private_networks=networks(settings.private_networks),
        raw_answer_days=settings.raw_answer_days,
        storage=open_storage(settings.media_place),
    )
