"""Mastodon's answers, after its documentation."""

from __future__ import annotations

from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from tests.adapters.sample import SECRET, Sample, post
from workers.platforms.protocol import PulledAccount

C = (Metric.COMMENTS, "mastodon.replies")
S = (Metric.SHARES, "mastodon.reblogs")
L = (Metric.LIKES, "mastodon.favourites")


def _value(external_id: str, counter: tuple[Metric, str], value: int) -> CounterValue:
    return CounterValue(external_id, counter[0], value, counter[1])


SAMPLES = {
    "mastodon": Sample(
        account=PulledAccount(
            9,
            Platform.MASTODON,
            "m9",
            base_url="https://social.example",
            secrets={"access_token": SECRET},
        ),
        posts=(post("109"), post("110")),
        request="GET https://social.example/api/v1/statuses?id[]=109&id[]=110",
        content=[
            {"id": "109", "replies_count": 2, "reblogs_count": 5, "favourites_count": 8},
            {"id": "110", "replies_count": 0, "reblogs_count": 0, "favourites_count": 1},
        ],
        values={
            (0, "replies_count"): _value("109", C, 2),
            (0, "reblogs_count"): _value("109", S, 5),
            (0, "favourites_count"): _value("109", L, 8),
            (1, "replies_count"): _value("110", C, 0),
            (1, "reblogs_count"): _value("110", S, 0),
            (1, "favourites_count"): _value("110", L, 1),
        },
        rows=(),
        exists={"id": "109", "content": "<p>…</p>"},
    ),
}
