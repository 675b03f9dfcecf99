"""Queries for the whole network."""

from __future__ import annotations

import strawberry

from schema.network.types import Network
from schema.planner.declare import one


@strawberry.type
class NetworkQueries:
    network: Network = one("TRUE", "The whole network: its totals and how large it is.")
