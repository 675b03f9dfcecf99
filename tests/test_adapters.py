"""The contract every adapter keeps, and what each one reads out of its platform's answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engagement.definitions import definition
from domain.engagement.rules import MAX_VALUE, Bound, Finality, Metric, ValueKind
from domain.partners.rules import Platform
from domain.pulling.rules import PULLED_PLATFORMS, BudgetRule
from workers.platforms import ADAPTERS
from workers.platforms.protocol import (
    Adapter,
    Answer,
    Expired,
    PulledAccount,
    PullFailure,
    Reading,
    Refused,
    Retryable,
    Throttled,
)
from workers.platforms.weibo import NoSuchPost

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
TOKEN = "a-token-nobody-may-see"
R, L, C, S = Metric.READS, Metric.LIKES, Metric.COMMENTS, Metric.SHARES

Values = dict[tuple[str, Metric], int]


@dataclass(frozen=True, slots=True)
class Sample:
    """A recorded exchange: two posts are asked about, the answer holds both.

    values: what it says. keys: the platform's names of these counters.
    """

    account: PulledAccount
    ids: tuple[str, str]
    rows: list[dict[str, Any]]
    values: Values
    keys: Mapping[str, Metric]
    url: str
    exists: dict[str, Any] = field(default_factory=dict)


SAMPLES = {
    "weibo": Sample(
        account=PulledAccount(7, Platform.WEIBO, "u7", token=TOKEN),
        ids=("4918", "4919"),
        rows=[
            {"id": 4918, "comments": 12, "reposts": 3, "attitudes": 250},
            {"id": 4919, "comments": 0, "reposts": 1, "attitudes": 9},
        ],
        values={
            ("4918", C): 12,
            ("4918", S): 3,
            ("4918", L): 250,
            ("4919", C): 0,
            ("4919", S): 1,
            ("4919", L): 9,
        },
        keys={"comments": C, "reposts": S, "attitudes": L},
        url="https://api.weibo.com/2/statuses/count.json?ids=4918,4919",
        exists={"id": 4918, "idstr": "4918", "text": "…", "reposts_count": 3},
    ),
    "weibo-media": Sample(
        account=PulledAccount(8, Platform.WEIBO, "u8", token=TOKEN, options={"media": True}),
        ids=("4918", "4919"),
        rows=[
            {"id": "4918", "comments": "12", "reposts": "3", "reads": "3200000000"},
            {"id": "4919", "comments": "0", "reposts": "1", "reads": "0"},
        ],
        values={
            ("4918", C): 12,
            ("4918", S): 3,
            ("4918", R): 3_200_000_000,
            ("4919", C): 0,
            ("4919", S): 1,
            ("4919", R): 0,
        },
        keys={"comments": C, "reposts": S, "reads": R},
        url="https://c.api.weibo.com/2/media_statuses/count_sp/biz.json?ids=4918,4919",
        exists={"id": 4918, "text": "…"},
    ),
    "mastodon": Sample(
        account=PulledAccount(
            9, Platform.MASTODON, "m9", base_url="https://social.example", token=TOKEN
        ),
        ids=("109", "110"),
        rows=[
            {"id": "109", "replies_count": 2, "reblogs_count": 5, "favourites_count": 8},
            {"id": "110", "replies_count": 0, "reblogs_count": 0, "favourites_count": 1},
        ],
        values={
            ("109", C): 2,
            ("109", S): 5,
            ("109", L): 8,
            ("110", C): 0,
            ("110", S): 0,
            ("110", L): 1,
        },
        keys={"replies_count": C, "reblogs_count": S, "favourites_count": L},
        url="https://social.example/api/v1/statuses?id[]=109&id[]=110",
        exists={"id": "109", "content": "<p>…</p>"},
    ),
}
each_sample = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)

HTML = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body></body></html>"
UNREADABLE = {
    "empty": b"",
    "html": HTML,
    "not utf-8": b'[{"id": "\xff\xfe"}]',
    "nul": b"\x00\x00",
    "half": b'[{"id": 4918, "comm',
    "two documents": b"[][]",
    "nested without end": b"[" * 100_000,
    "null": b"null",
    "number": b"17",
    "text": b'"4918"',
}


def adapter_of(sample: Sample) -> Adapter:
    return ADAPTERS[sample.account.platform]


def answer(content: Any, status: int = 200, **headers: str) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, body, NOW)


def read(sample: Sample, content: Any, status: int = 200, **headers: str) -> Reading:
    given = answer(content, status, **headers)
    return adapter_of(sample).read(sample.account, sample.ids, given)


def probe(sample: Sample, content: Any, status: int = 200, **headers: str) -> bool:
    given = answer(content, status, **headers)
    return adapter_of(sample).read_probe(sample.account, sample.ids[0], given)


def values(reading: Reading) -> Values:
    found = {(value.external_id, value.metric): value.value for value in reading.values}
    assert len(found) == len(reading.values), "one value of each metric of each post"
    return found


def failure(act: Callable[[], Any]) -> PullFailure:
    with pytest.raises(PullFailure) as caught:
        act()
    assert TOKEN not in caught.value.reason
    assert 0 < len(caught.value.reason) <= 200
    return caught.value


# The contract.


def test_every_adapter_has_a_sample_and_every_pulled_platform_an_adapter() -> None:
    assert {sample.account.platform for sample in SAMPLES.values()} == set(ADAPTERS)
    assert set(ADAPTERS) == PULLED_PLATFORMS
    assert all(adapter.platform is platform for platform, adapter in ADAPTERS.items())


@each_sample
def test_the_request_is_the_platforms(sample: Sample) -> None:
    request = adapter_of(sample).build(sample.account, sample.ids)
    assert request.shown() == f"GET {sample.url}"
    assert request.full_url == sample.url
    assert any(TOKEN in value for value in request.headers.values())


@each_sample
def test_no_credential_shows(sample: Sample) -> None:
    adapter = adapter_of(sample)
    for request in (
        adapter.build(sample.account, sample.ids),
        adapter.build_probe(sample.account, sample.ids[0]),
    ):
        assert TOKEN not in request.shown()
        assert TOKEN not in repr(request)
    assert TOKEN not in repr(sample.account)


@each_sample
def test_another_address_goes_before_the_usual_one(sample: Sample) -> None:
    account = replace(sample.account, base_url="http://127.0.0.1:8001/there")
    adapter = adapter_of(sample)
    for request in (
        adapter.build(account, sample.ids),
        adapter.build_probe(account, sample.ids[0]),
    ):
        assert request.url.startswith("http://127.0.0.1:8001/there/")


@each_sample
def test_a_normal_answer_is_read_whole(sample: Sample) -> None:
    reading = read(sample, sample.rows)
    assert values(reading) == sample.values
    assert reading.unreadable == 0
    for value in reading.values:
        told = definition(sample.account.platform, value.metric, NOW.date())
        assert value.definition == told.code
        assert (value.value_kind, value.bound, value.finality) == (
            ValueKind.CUMULATIVE,
            Bound.EXACT,
            Finality.FINAL,
        )


@each_sample
def test_the_allowance_is_bounded_and_named(sample: Sample) -> None:
    rule = adapter_of(sample).budget(sample.account)
    assert rule.units >= 1
    assert rule.window_seconds >= 1
    assert 0 < len(rule.scope) <= 200


@each_sample
def test_numbers_may_come_as_text_and_text_as_numbers(sample: Sample) -> None:
    texts = [{name: str(value) for name, value in row.items()} for row in sample.rows]
    numbers = [{name: int(value) for name, value in row.items()} for row in sample.rows]
    assert values(read(sample, texts)) == values(read(sample, numbers)) == sample.values


@each_sample
def test_a_post_that_is_left_out_is_left_out(sample: Sample) -> None:
    first = sample.ids[0]
    known = {key: value for key, value in sample.values.items() if key[0] == first}
    assert values(read(sample, sample.rows[:1])) == known
    assert values(read(sample, [])) == {}


@each_sample
def test_a_missing_counter_is_unknown_and_never_zero(sample: Sample) -> None:
    for name, metric in sample.keys.items():
        for without in ({}, {name: None}):
            row = {key: value for key, value in sample.rows[0].items() if key != name}
            reading = read(sample, [{**row, **without}])
            assert (sample.ids[0], metric) not in values(reading)
            assert len(reading.values) == len(sample.keys) - 1
            assert reading.unreadable == 0


@each_sample
@pytest.mark.parametrize(
    "absurd",
    [
        -1,
        "-1",
        1.5,
        12.0,
        "1.5",
        "",
        " 7",
        "7万",
        "١٢",
        True,
        [],
        {},
        MAX_VALUE + 1,
        10**30,
        "9" * 40,
    ],
    ids=repr,
)
def test_what_is_no_counter_is_left_unknown(sample: Sample, absurd: Any) -> None:
    for name, metric in sample.keys.items():
        reading = read(sample, [{**sample.rows[0], name: absurd}])
        assert (sample.ids[0], metric) not in values(reading)
        assert len(reading.values) == len(sample.keys) - 1
        assert reading.unreadable == 1


@each_sample
def test_posts_given_twice_or_not_asked_about(sample: Sample) -> None:
    name = next(iter(sample.keys))
    again = {**sample.rows[0], name: 999_999}
    stranger = {**sample.rows[0], "id": 31337}
    oddities: tuple[Any, ...] = (None, True, 1.5, [], {}, "")
    nameless = [{**sample.rows[0], "id": odd} for odd in oddities]
    odd_items: list[Any] = [None, 7, "text", [], {}]
    rows = [*odd_items, *nameless, stranger, *sample.rows, again]
    assert values(read(sample, rows)) == sample.values


@each_sample
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_may_be_readable_later(sample: Sample, body: bytes) -> None:
    assert type(failure(lambda: read(sample, body))) is Retryable
    assert type(failure(lambda: probe(sample, body))) is Retryable


@each_sample
def test_an_answer_cut_anywhere_is_never_half_read(sample: Sample) -> None:
    whole = json.dumps(sample.rows).encode()
    for length in range(len(whole)):
        assert type(failure(partial(read, sample, whole[:length]))) is Retryable


@each_sample
@pytest.mark.parametrize("body", [b"", HTML, b"{}"], ids=["empty", "html", "object"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Expired),
        (400, Refused),
        (403, Refused),
        (302, Refused),
        (408, Retryable),
        (500, Retryable),
        (502, Retryable),
        (503, Retryable),
        (429, Throttled),
    ],
)
def test_statuses_mean_what_they_say(
    sample: Sample, status: int, kind: type[PullFailure], body: bytes
) -> None:
    assert type(failure(lambda: read(sample, body, status))) is kind
    assert type(failure(lambda: probe(sample, body, status))) is kind


@each_sample
def test_a_page_that_is_not_found_is_no_word_about_the_post(sample: Sample) -> None:
    for body in (b"", HTML):
        assert isinstance(failure(partial(probe, sample, body, 404)), PullFailure)
    assert type(failure(lambda: read(sample, HTML, 404))) is Refused


@each_sample
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("77", 77),
        (" 77 ", 77),
        ("Sun, 01 Mar 2026 04:02:00 GMT", 120),
        ("Sun, 01 Mar 2026 03:00:00 GMT", 0),
        ("Sun, 01 Mar 2026 04:02:00 -0000", 120),
        ("-5", 60),
        ("soon", 60),
        ("9" * 50, 60),
        ("Sun, 01 Mar 99999 04:02:00 GMT", 60),
    ],
)
def test_retry_after_is_honoured(sample: Sample, text: str, seconds: float) -> None:
    caught = failure(lambda: read(sample, {}, 429, retry_after=text))
    assert isinstance(caught, Throttled)
    assert caught.until == NOW + timedelta(seconds=seconds)


@each_sample
def test_retry_after_is_honoured_with_a_server_error_too(sample: Sample) -> None:
    caught = failure(lambda: read(sample, HTML, 503, retry_after="30"))
    assert isinstance(caught, Retryable)
    assert caught.after_seconds == 30


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@each_sample
@given(data=st.data())
def test_whatever_comes_nothing_but_the_typed_failures_leaves(
    sample: Sample, data: st.DataObject
) -> None:
    names = st.sampled_from([*sample.keys, "id", "idstr", "error_code", "error"])
    rows = st.lists(st.dictionaries(names, JSON | st.sampled_from([*sample.ids, 4918, 109])))
    body = data.draw(
        st.binary(max_size=64) | (rows | JSON).map(lambda value: json.dumps(value).encode())
    )
    status = data.draw(st.sampled_from([200, 204, 302, 400, 401, 403, 404, 410, 429, 500]))
    header = data.draw(st.text(max_size=40))
    headers = {"retry_after": header, "x_ratelimit_reset": header}
    for act in (read, probe):
        try:
            result = act(sample, body, status, **headers)
        except PullFailure:
            continue
        if isinstance(result, Reading):
            assert {value.external_id for value in result.values} <= set(sample.ids)
            assert all(0 <= value.value <= MAX_VALUE for value in result.values)
            values(result)


@each_sample
def test_a_post_that_exists_is_there(sample: Sample) -> None:
    assert probe(sample, sample.exists) is True
    assert (
        type(failure(lambda: probe(sample, {**sample.exists, "id": 1, "idstr": "1"}))) is Retryable
    )


# Weibo.

WEIBO = SAMPLES["weibo"]


def envelope(code: Any) -> dict[str, Any]:
    return {"request": "/2/statuses/count.json", "error_code": code, "error": "…"}


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10001, Retryable),
        (10002, Retryable),
        (10004, Throttled),
        (10022, Throttled),
        (10023, Throttled),
        (10024, Throttled),
        ("10023", Throttled),
        (10005, Refused),
        (10014, Refused),
        (10016, Refused),
        (10017, Refused),
        (10006, Expired),
        (21327, Expired),
        (99999, Refused),
        ("?", Refused),
        ("9" * 99, Refused),
    ],
)
def test_weibo_says_what_is_wrong_at_any_status(
    code: Any, kind: type[PullFailure], status: int
) -> None:
    caught = failure(lambda: read(WEIBO, envelope(code), status))
    assert type(caught) is kind


def test_weibo_deletion_is_a_word_about_one_post_only() -> None:
    assert probe(WEIBO, envelope(20101), 400) is False
    assert probe(WEIBO, envelope("20101"), 200) is False
    assert type(failure(lambda: read(WEIBO, envelope(20101), 400))) is NoSuchPost
    assert type(failure(lambda: probe(WEIBO, envelope(10014), 403))) is Refused


def test_weibo_asks_about_one_post_at_its_own_address() -> None:
    request = ADAPTERS[Platform.WEIBO].build_probe(WEIBO.account, "4918")
    assert request.full_url == "https://api.weibo.com/2/statuses/show.json?id=4918"


def test_weibo_allowances() -> None:
    weibo = ADAPTERS[Platform.WEIBO]
    assert weibo.budget(WEIBO.account) == BudgetRule("weibo:account:7", 100, 86_400)
    media = SAMPLES["weibo-media"].account
    assert weibo.budget(media) == BudgetRule("weibo:commercial", 50_000, 3_600)
    for calls, units in ((5000, 5000), (0, 100), ("x", 100)):
        account = replace(WEIBO.account, options={"calls_per_day": calls})
        assert weibo.budget(account).units == units


def test_weibo_without_a_token_is_not_asked() -> None:
    account = replace(WEIBO.account, token="")
    caught = failure(lambda: ADAPTERS[Platform.WEIBO].build(account, ["1"]))
    assert isinstance(caught, Expired)


# Mastodon.

MASTODON = SAMPLES["mastodon"]


def test_mastodon_says_until_when_to_wait() -> None:
    reset = "2026-03-01T04:05:00.000000Z"
    caught = failure(lambda: read(MASTODON, {}, 429, x_ratelimit_reset=reset))
    assert isinstance(caught, Throttled)
    assert caught.until == NOW + timedelta(minutes=5)
    both = failure(lambda: read(MASTODON, {}, 429, x_ratelimit_reset=reset, retry_after="10"))
    assert isinstance(both, Throttled)
    assert both.until == NOW + timedelta(seconds=10)


@pytest.mark.parametrize("status", [404, 410])
def test_mastodon_deletion(status: int) -> None:
    assert probe(MASTODON, {"error": "Record not found"}, status) is False


def test_mastodon_asks_about_one_post_and_nothing_else() -> None:
    request = ADAPTERS[Platform.MASTODON].build_probe(MASTODON.account, "../x?y")
    assert request.full_url == "https://social.example/api/v1/statuses/..%2Fx%3Fy"


def test_mastodon_without_an_instance_is_not_asked() -> None:
    account = replace(MASTODON.account, base_url="")
    caught = failure(lambda: ADAPTERS[Platform.MASTODON].build(account, ["1"]))
    assert isinstance(caught, Refused)


def test_mastodon_needs_no_token() -> None:
    request = ADAPTERS[Platform.MASTODON].build(replace(MASTODON.account, token=""), ["1"])
    assert request.headers == {}


def test_mastodon_allowance_is_the_instances() -> None:
    rule = ADAPTERS[Platform.MASTODON].budget(MASTODON.account)
    assert rule == BudgetRule("mastodon:host:social.example", 300, 300)
