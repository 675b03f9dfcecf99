"""What a worker counts of itself."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

JOBS = Histogram(
    "xinfeng_job_duration_seconds",
    "How long jobs took, by task and outcome: succeeded, failed or stopped.",
    ("task", "outcome"),
    registry=REGISTRY,
    buckets=(0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0),
)
RUNNING = Gauge("xinfeng_jobs_running", "Jobs that this worker runs now.", registry=REGISTRY)
PULLS = Counter(
    "xinfeng_pulls", "Pulls of accounts, by how they ended.", ("ended",), registry=REGISTRY
)
PULL_FAILURES = Counter(
    "xinfeng_pull_failures",
    "Pulls that failed, by platform and kind.",
    ("platform", "kind"),
    registry=REGISTRY,
)
OBSERVATIONS = Counter(
    "xinfeng_observations_pulled", "Observations that pulls recorded.", registry=REGISTRY
)
MARKS = Counter("xinfeng_marks_rolled_up", "Marks that roll-ups took.", registry=REGISTRY)
WEBHOOKS = Counter(
    "xinfeng_webhook_attempts",
    "Attempts to send a message to a webhook, by outcome.",
    ("outcome",),
    registry=REGISTRY,
)
RENDERED = Counter(
    "xinfeng_media_rendered",
    "Pictures that were rendered, by how they stand.",
    ("state",),
    registry=REGISTRY,
)
SWEPT = Counter(
    "xinfeng_media_swept", "Files that no row named, removed from the store.", registry=REGISTRY
)
