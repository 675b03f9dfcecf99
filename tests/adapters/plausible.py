"""Plausible's answers, after its documentation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.engagement.rules import Finality, Metric, ValueKind
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from tests.adapters.sample import NOW, SECRET, Failing, Sample, post
from workers.platforms.failures import Expired, Refused, Throttled
from workers.platforms.protocol import PulledAccount

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = ["2026-02-28", "2026-03-01"]
HOURS = ["2026-03-01 10:00:00", "2026-03-01 11:00:00"]
COUNTS = {"/": (250, 0), "/新闻/1": (1_000, 31)}
URLS = {"41": "https://site.example", "42": "https://site.example/%E6%96%B0%E9%97%BB/1?from=wx"}


def rows(labels: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"dimensions": [page, label], "metrics": [count]}
        for page, counts in COUNTS.items()
        for label, count in zip(labels, counts, strict=True)
    ]


def content(labels: Sequence[str], days: Sequence[str]) -> dict[str, Any]:
    return {
        "results": rows(labels),
        "meta": {"time_labels": list(labels)},
        "query": {
            "site_id": "site.example",
            "date_range": [f"{days[0]}T00:00:00+08:00", f"{days[1]}T23:59:59+08:00"],
        },
    }


def value(external_id: str, count: int, label: str, length: timedelta) -> CounterValue:
    starts_at = datetime.fromisoformat(label).replace(tzinfo=SHANGHAI)
    return CounterValue(
        external_id,
        Metric.READS,
        count,
        "plausible.pageviews",
        ValueKind.INTERVAL,
        finality=Finality.PROVISIONAL if label >= "2026-03-01" else Finality.FINAL,
        period_starts_at=starts_at,
        period_ends_at=starts_at + length,
    )


def sample(labels: Sequence[str], length: timedelta, first_day: str, **options: Any) -> Sample:
    """Two posts, the first on the site's front page; its days begin with `first_day`."""
    bucket = "time:hour" if options else "time:day"
    posted_at = datetime.fromisoformat(f"{first_day}T09:00:00+08:00")
    return Sample(
        account=PulledAccount(
            7,
            Platform.PLAUSIBLE,
            "site.example",
            secrets={"access_token": SECRET},
            options=options,
        ),
        posts=[post(name, posted_at, url) for name, url in URLS.items()],
        request="POST https://plausible.io/api/v2/query"
        ' {"site_id": "site.example", "metrics": ["pageviews"],'
        f' "date_range": ["{first_day}", "2026-03-01"], "dimensions": ["event:page", "{bucket}"],'
        ' "filters": [["is", "event:page", ["/", "/新闻/1"]]], "include": {"time_labels": true},'
        ' "pagination": {"limit": 10000, "offset": 0}}',
        content=content(labels, [first_day, "2026-03-01"]),
        values={
            ("results", index, "metrics", 0): value(
                list(URLS)[index // 2], row["metrics"][0], labels[index % 2], length
            )
            for index, row in enumerate(rows(labels))
        },
        failures={
            "no key": Failing({"error": "Invalid API key or site ID."}, Expired, 401),
            "no subscription": Failing({"error": "…"}, Refused, 402),
            "too many": Failing({"error": "Too many API requests."}, Throttled, 429),
            "another zone": Failing(
                {"results": [], "query": {"date_range": ["2026-03-01T00:00:00+00:00"]}}, Refused
            ),
            "more than a page": Failing({"results": [{}] * 10_000}, Refused),
        },
    )


SAMPLES = {
    "plausible": sample(DAYS, timedelta(days=1), DAYS[0]),
    "plausible-hourly": sample(HOURS, timedelta(hours=1), DAYS[1], hourly=True),
}
assert NOW.astimezone(SHANGHAI).isoformat() == "2026-03-01T12:00:00+08:00"
