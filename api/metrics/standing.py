"""How things stand in one API process: what is kept, lent, open and under way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from api.events import Events
from api.metrics import families
from api.metrics.tally import Key
from api.push_load import Gate
from api.shared_reads import SharedReads
from domain.notifications import Changes
from domain.reader import Reader
from schema.execution.engine import Engine


@dataclass(frozen=True)
class Standing:
    """Looks at what lives as long as the process."""

    engine: Engine
    reader: Reader
    shared: SharedReads
    events: Events
    gate: Gate
    changes: Changes

    def counts(self) -> Mapping[Key, float]:
        """What others count themselves, where each request passes by."""
        plans, shared = self.engine.plans, self.shared
        return {
            (families.PLANS.name, "hit"): plans.hits,
            (families.PLANS.name, "miss"): plans.misses,
            (families.SHARED.name, "kept"): shared.found,
            (families.SHARED.name, "joined"): shared.joined,
            (families.SHARED.name, "asked"): shared.asked,
            (families.CPU.name,): time.process_time(),
        }

    def gauges(self) -> Mapping[str, float]:
        connections = self.reader.connections
        return {
            families.READY.name: float(self.changes.fault is None),
            families.MEMORY.name: psutil.Process().memory_info().rss,
            families.PLANS_KEPT.name: self.engine.plans.kept,
            families.DOCUMENTS_KEPT.name: self.engine.documents_kept,
            families.SHARED_BYTES.name: self.shared.bytes_kept,
            families.POOL_SIZE.name: connections.size,
            families.POOL_USED.name: connections.lent,
            families.POOL_WAITING.name: connections.waiting,
            families.FOLLOWERS.name: self.events.connections,
            families.SUBSCRIPTIONS.name: self.events.subscriptions,
            families.PUSHES.name: self.gate.inside,
        }
