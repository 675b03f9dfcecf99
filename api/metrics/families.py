"""What is counted, by name. A family that is not in FAMILIES is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

EDGES = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the buckets that durations are counted in, in seconds."""


class Kind(Enum):
    """SUM and LARGEST: gauges, of which several processes show the sum or the largest."""

    COUNTER = auto()
    HISTOGRAM = auto()
    SUM = auto()
    LARGEST = auto()


@dataclass(frozen=True, slots=True)
class Family:
    """name: without the `_total` that counters are shown with. labels: their names, in order;
    every label has few values, whatever clients send."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    kind: Kind = Kind.COUNTER


RESPONSES = Family(
    "xinfeng_http_responses", "HTTP responses, by route and status.", ("route", "status")
)
REST = Family(
    "xinfeng_http_duration_seconds",
    "How long requests beside /graphql took, by route.",
    ("route",),
    Kind.HISTOGRAM,
)
GRAPHQL = Family(
    "xinfeng_graphql_duration_seconds",
    "How long GraphQL requests took, from the whole request to the reply, by operation.",
    ("operation",),
    Kind.HISTOGRAM,
)
ERRORS = Family(
    "xinfeng_graphql_errors",
    "GraphQL replies with errors, by operation and code.",
    ("operation", "code"),
)
EVENTS = Family(
    "xinfeng_subscription_events", "Events of subscriptions, by operation.", ("operation",)
)
PUSHED_ITEMS = Family(
    "xinfeng_push_items",
    "Items of partners' pushes: accepted, duplicate or rejected. Replays count no item.",
    ("result",),
)
UPLOADS = Family(
    "xinfeng_media_uploads",
    "Files that were uploaded: new, or known to their library already.",
    ("result",),
)
UPLOADED_BYTES = Family("xinfeng_media_uploaded_bytes", "Bytes of these files.")
PLANS = Family("xinfeng_plan_lookups", "Plans looked for: hit, or miss.", ("result",))
SHARED = Family(
    "xinfeng_shared_reads",
    "Queries by how they were answered: kept, joined (another's statement), asked.",
    ("result",),
)
PLANS_KEPT = Family("xinfeng_plans", "Plans kept.", kind=Kind.SUM)
DOCUMENTS_KEPT = Family("xinfeng_documents", "Parsed documents kept.", kind=Kind.SUM)
SHARED_BYTES = Family("xinfeng_shared_reads_bytes", "Bytes of replies kept.", kind=Kind.SUM)
POOL_SIZE = Family("xinfeng_pool_size", "Most connections that read.", kind=Kind.SUM)
POOL_USED = Family("xinfeng_pool_used", "Connections that read, lent now.", kind=Kind.SUM)
POOL_WAITING = Family(
    "xinfeng_pool_waiting", "Reads that wait for a connection now.", kind=Kind.SUM
)
FOLLOWERS = Family(
    "xinfeng_following_connections", "Connections that follow something.", kind=Kind.SUM
)
SUBSCRIPTIONS = Family("xinfeng_subscriptions", "Subscriptions open.", kind=Kind.SUM)
PUSHES = Family("xinfeng_pushes_running", "Pushes worked on now.", kind=Kind.SUM)
READY = Family("xinfeng_ready_processes", "API processes that are ready.", kind=Kind.SUM)
LAG = Family(
    "xinfeng_event_loop_lag_seconds",
    "How late an API process woke last; the latest of all.",
    kind=Kind.LARGEST,
)
MEMORY = Family("xinfeng_resident_memory_bytes", "Memory of API processes.", kind=Kind.SUM)
CPU = Family("xinfeng_cpu_seconds", "Processor time of API processes.")

FAMILIES = (
    RESPONSES,
    REST,
    GRAPHQL,
    ERRORS,
    EVENTS,
    PUSHED_ITEMS,
    UPLOADS,
    UPLOADED_BYTES,
    PLANS,
    SHARED,
    PLANS_KEPT,
    DOCUMENTS_KEPT,
    SHARED_BYTES,
    POOL_SIZE,
    POOL_USED,
    POOL_WAITING,
    FOLLOWERS,
    SUBSCRIPTIONS,
    PUSHES,
    READY,
    LAG,
    MEMORY,
    CPU,
)
