"""What a counter value is. Derivation of totals stands in derivation.py."""

from __future__ import annotations

from enum import StrEnum


class Metric(StrEnum):
    """What is counted. Platforms' words are mapped by their adapters, each with its definition."""

    READS = "READS"
    LIKES = "LIKES"
    COMMENTS = "COMMENTS"
    SHARES = "SHARES"


class ValueKind(StrEnum):
    """CUMULATIVE: since publication, as of observed_at. INTERVAL: within its own period."""

    CUMULATIVE = "CUMULATIVE"
    INTERVAL = "INTERVAL"


class Bound(StrEnum):
    """AT_LEAST: a censored value; WeChat's public "10万+" is at least 100,000, not 100,000."""

    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"


class Finality(StrEnum):
    """Whether the source may still revise it."""

    PROVISIONAL = "PROVISIONAL"
    FINAL = "FINAL"


class Source(StrEnum):
    """How the observation reached us."""

    PULL = "PULL"
    PUSH = "PUSH"
    CSV = "CSV"
    MANUAL = "MANUAL"


class Population(StrEnum):
    """What one unit of a counter is. People are never added up: one person reads two posts."""

    COUNT = "COUNT"
    PEOPLE = "PEOPLE"
    IMPRESSIONS = "IMPRESSIONS"


class Basis(StrEnum):
    """By which date a platform files a value: of the event, or of the post's publication."""

    EVENT_DATE = "EVENT_DATE"
    PUBLISH_DATE = "PUBLISH_DATE"


class Addition(StrEnum):
    """Whether a post's value is added to what the post counts for.

    NEVER: it counts people. UNLESS_ORIGINAL: not where the original stands too, whose value
    contains it already.
    """

    ALWAYS = "ALWAYS"
    UNLESS_ORIGINAL = "UNLESS_ORIGINAL"
    NEVER = "NEVER"


class SubjectKind(StrEnum):
    """What has totals."""

    POST = "POST"
    ARTICLE = "ARTICLE"
    CAMPAIGN = "CAMPAIGN"
    ACCOUNT = "ACCOUNT"
    PARTNER = "PARTNER"
    ORGANIZATION = "ORGANIZATION"
    NETWORK = "NETWORK"


class Bucket(StrEnum):
    """How a series is cut. WEEK: ISO 8601, from Monday."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


class MetricStatus(StrEnum):
    """What a value is worth. UNAVAILABLE has no value: unknown is never zero."""

    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"
    PROVISIONAL = "PROVISIONAL"
    STALE = "STALE"
    UNAVAILABLE = "UNAVAILABLE"


MAX_VALUE = 10**13
"""The largest counter value taken: sixty times the largest ever met (a Weibo topic with
160,310,000,000 reads), and small enough that 900,000 posts sum within 64 bits."""
