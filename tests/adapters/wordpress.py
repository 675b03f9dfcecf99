"""WordPress.com's answers, after its documentation and its clients."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.engagement.rules import Finality, Metric, ValueKind
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from tests.adapters.sample import SECRET, Failing, Sample, post
from workers.platforms.failures import Expired, Refused, Retryable
from workers.platforms.protocol import PulledAccount

VIEWS = {"2026-02-26": 9, "2026-02-27": 120, "2026-02-28": 0, "2026-03-01": 31}
POSTED = "2026-02-27"
"""What an earlier day says is not about the post."""


def value(day: str, count: int) -> CounterValue:
    starts_at = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return CounterValue(
        "843",
        Metric.READS,
        count,
        "wordpress.views",
        ValueKind.INTERVAL,
        finality=Finality.PROVISIONAL if day == "2026-03-01" else Finality.FINAL,
        period_starts_at=starts_at,
        period_ends_at=starts_at + timedelta(days=1),
    )


def error(name: str) -> dict[str, Any]:
    return {"error": name, "message": "…"}


CONTENT = {
    "date": "2026-03-01",
    "fields": ["period", "views"],
    "data": [[day, views] for day, views in VIEWS.items()],
}
SAMPLES = {
    "wordpress": Sample(
        account=PulledAccount(
            7, Platform.WORDPRESS, "blog.example", secrets={"access_token": SECRET}
        ),
        posts=(post("843"),),
        request="GET https://public-api.wordpress.com/rest/v1.1/sites/blog.example/stats/post/843"
        "?fields=date,fields,data",
        content=CONTENT,
        values={
            ("data", index, 1): value(day, views)
            for index, (day, views) in enumerate(VIEWS.items())
            if day >= POSTED
        },
        exists=CONTENT,
        failures={
            "unauthorized": Failing(error("unauthorized"), Refused, 403),
            "invalid_blog": Failing(error("invalid_blog"), Refused, 404),
            "invalid_token": Failing(error("invalid_token"), Expired, 400),
            "an error at 200": Failing(error("unauthorized"), Refused),
            "down": Failing(error("server_error"), Retryable, 503),
        },
    ),
}
