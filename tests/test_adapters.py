"""The contract every adapter keeps, shown on its recorded exchanges (tests/adapters/)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.engagement.definitions import by_code
from domain.engagement.rules import MAX_VALUE, ValueKind
from domain.pulling.rules import window_of
from tests.adapters import SAMPLES
from tests.adapters.sample import (
    ASKING,
    NOW,
    SECRET,
    Failing,
    Sample,
    answer,
    at,
    failure,
    post,
    replaced,
    values,
    without,
)
from workers.platforms import ADAPTERS
from workers.platforms.failures import Expired, PullFailure, Refused, Retryable, Throttled
from workers.platforms.protocol import Reading

each_sample = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
each_with_rows = pytest.mark.parametrize(
    "sample",
    [sample for sample in SAMPLES.values() if sample.rows is not None],
    ids=[name for name, sample in SAMPLES.items() if sample.rows is not None],
)

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
ABSURD = [-1, "-1", 1.5, 12.0, "1.5", "", " 7", "7万", "١٢", True, [], {}]
ABSURD += [MAX_VALUE + 1, 10**30, "9" * 40]


def test_every_adapter_has_a_sample() -> None:
    assert {sample.account.platform for sample in SAMPLES.values()} == set(ADAPTERS)
    assert all(adapter.platform is platform for platform, adapter in ADAPTERS.items())


@each_sample
def test_the_request_is_the_platforms(sample: Sample) -> None:
    assert sample.build().shown() == sample.request


@each_sample
def test_the_credential_is_sent_and_shown_nowhere(sample: Sample) -> None:
    assert all(SECRET in part for part in sample.account.secrets.values())
    for request in sample.requests():
        sent = [request.full_url, str(request.body), *request.headers.values()]
        assert any(SECRET in text for text in sent)
        assert SECRET not in request.shown()
        assert SECRET not in repr(request)
    assert SECRET not in repr(sample.account)


@each_sample
def test_another_address_goes_before_the_usual_one(sample: Sample) -> None:
    account = replace(sample.account, base_url="http://127.0.0.1:8001/there")
    for request in sample.requests(account):
        assert request.url.startswith("http://127.0.0.1:8001/there/")


@each_sample
def test_the_posts_of_one_request_are_chosen_newest_first(sample: Sample) -> None:
    adapter = sample.adapter
    many = [post(str(age), NOW - timedelta(hours=age)) for age in range(3 * adapter.batch_size)]
    chosen = adapter.choose(sample.account, many, NOW)
    assert chosen[0] == many[0]
    assert 0 < len(chosen) <= adapter.batch_size
    assert sorted(chosen, key=many.index) == list(chosen)
    assert list(adapter.choose(sample.account, sample.posts, NOW)) == list(sample.posts)


@each_sample
def test_the_allowance_is_bounded_and_named(sample: Sample) -> None:
    for rule in (
        sample.adapter.budget(sample.account),
        sample.adapter.probe_budget(sample.account),
    ):
        assert rule.calls >= 1
        assert 0 < len(rule.scope) <= 200
        assert SECRET not in rule.scope
        window = window_of(rule, NOW)
        assert window.starts_at <= NOW < window.ends_at


@each_sample
def test_a_normal_answer_is_read_whole(sample: Sample) -> None:
    reading = sample.read(sample.content)
    assert values(reading) == set(sample.values.values())
    assert (reading.unreadable, reading.is_provisional) == (0, False)
    for value in reading.values:
        definition = by_code(value.definition)
        assert definition is not None, f"no file describes {value.definition}"
        assert (definition.platform, definition.metric) == (sample.account.platform, value.metric)
        has_period = value.period_starts_at is not None and value.period_ends_at is not None
        assert has_period is (value.value_kind is ValueKind.INTERVAL)


@each_sample
def test_numbers_may_come_as_text_and_text_as_numbers(sample: Sample) -> None:
    for spelled in (str, int):
        content = sample.content
        for place in sample.values:
            content = replaced(content, place, spelled(at(content, place)))
        assert values(sample.read(content)) == set(sample.values.values())


@each_sample
def test_a_missing_counter_is_unknown_and_never_zero(sample: Sample) -> None:
    for place, value in sample.values.items():
        for content in (without(sample.content, place), replaced(sample.content, place, None)):
            reading = sample.read(content)
            assert values(reading) == set(sample.values.values()) - {value}
            assert reading.unreadable == 0


@each_sample
@pytest.mark.parametrize("absurd", ABSURD, ids=repr)
def test_what_is_no_counter_is_left_unknown(sample: Sample, absurd: Any) -> None:
    for place, value in sample.values.items():
        reading = sample.read(replaced(sample.content, place, absurd))
        assert values(reading) == set(sample.values.values()) - {value}
        assert reading.unreadable == 1


@each_with_rows
def test_ids_may_come_as_text_and_as_numbers(sample: Sample) -> None:
    for spelled in (str, int):
        content = sample.content
        for index, asked in enumerate(sample.posts):
            if asked.external_id.isdigit():
                place = (*(sample.rows or ()), index, *sample.row_id)
                content = replaced(content, place, spelled(asked.external_id))
        assert values(sample.read(content)) == set(sample.values.values())


@each_with_rows
def test_a_post_that_is_left_out_is_left_out(sample: Sample) -> None:
    place = sample.rows or ()
    rows = at(sample.content, place)
    first = sample.posts[0]
    assert values(sample.read(replaced(sample.content, place, rows[:1]))) == sample.values_of(first)
    assert values(sample.read(replaced(sample.content, place, []))) == set()


@each_with_rows
def test_posts_given_twice_or_not_asked_about(sample: Sample) -> None:
    place = sample.rows or ()
    rows = at(sample.content, place)
    stranger = replaced(rows[0], sample.row_id, 31337)
    oddities: tuple[Any, ...] = (None, True, 1.5, [], {}, "")
    nameless = [replaced(rows[0], sample.row_id, odd) for odd in oddities]
    again = rows[0]
    for counter in sample.values:
        if counter[: len(place) + 1] == (*place, 0):
            again = replaced(again, counter[len(place) + 1 :], 999_999)
    odd_items: list[Any] = [None, 7, "text", [], {}]
    mixed = [*odd_items, *nameless, stranger, *rows, again]
    assert values(sample.read(replaced(sample.content, place, mixed))) == set(
        sample.values.values()
    )


@each_sample
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_may_be_readable_later(sample: Sample, body: bytes) -> None:
    for read in sample.readers():
        assert type(failure(partial(read, body))) is Retryable


@each_sample
def test_an_answer_cut_anywhere_is_never_half_read(sample: Sample) -> None:
    whole = json.dumps(sample.content).encode()
    for length in range(len(whole)):
        assert type(failure(partial(sample.read, whole[:length]))) is Retryable


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
    for read in sample.readers():
        assert type(failure(partial(read, body, status))) is kind


@each_sample
def test_a_page_that_is_not_found_is_no_word_about_the_post(sample: Sample) -> None:
    assert type(failure(partial(sample.read, HTML, 404))) is Refused
    if sample.exists is not None:
        for body in (b"", HTML):
            failure(partial(sample.probe, body, 404))


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
    caught = failure(lambda: sample.read({}, 429, retry_after=text))
    assert isinstance(caught, Throttled)
    assert caught.until == NOW + timedelta(seconds=seconds)


@each_sample
def test_retry_after_is_honoured_with_a_server_error_too(sample: Sample) -> None:
    caught = failure(lambda: sample.read(HTML, 503, retry_after="30"))
    assert isinstance(caught, Retryable)
    assert caught.after_seconds == 30


@pytest.mark.parametrize(
    ("sample", "failing"),
    [
        pytest.param(sample, failing, id=f"{name} {what}")
        for name, sample in SAMPLES.items()
        for what, failing in sample.failures.items()
    ],
)
def test_what_the_platform_says_is_wrong(sample: Sample, failing: Failing) -> None:
    caught = failure(lambda: sample.read(failing.content, failing.status))
    assert type(caught) is failing.raises


@each_sample
def test_a_post_that_exists_is_there(sample: Sample) -> None:
    assert sample.adapter.can_probe is (sample.exists is not None)
    if sample.exists is not None:
        assert sample.probe(sample.exists) is True


@each_sample
def test_a_token_is_renewed_where_it_can_be(sample: Sample) -> None:
    request = sample.adapter.renewal(sample.account, ASKING)
    if sample.renewal is None:
        assert request is None
        return
    assert request is not None
    assert request.shown() == sample.renewal.request
    given = answer(sample.renewal.content)
    assert sample.adapter.read_renewal(sample.account, given) == sample.renewal.secrets
    account = replace(sample.account, secrets={**sample.account.secrets, **sample.renewal.secrets})
    assert account.has_token(NOW)


def names_of(content: Any) -> Iterator[str]:
    """Every key, however deep."""
    if isinstance(content, dict):
        yield from content
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from names_of(item)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@each_sample
@given(data=st.data())
@settings(max_examples=50)  # of each sample
def test_whatever_comes_nothing_but_the_typed_failures_leaves(
    sample: Sample, data: st.DataObject
) -> None:
    asked = {asked.external_id for asked in sample.posts}
    known = [sample.content, sample.exists, *(each.content for each in sample.failures.values())]
    words = st.sampled_from(sorted({*names_of(known), "id", "idstr", "error"}))
    leaves = JSON | st.sampled_from([*asked, 4918, 109])
    shaped = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
        max_leaves=12,
    )
    place = data.draw(st.sampled_from([(), *sample.values, *(key[:-1] for key in sample.values)]))
    content = data.draw(shaped | shaped.map(partial(replaced, sample.content, place)))
    body = data.draw(st.binary(max_size=64) | st.just(json.dumps(content).encode()))
    status = data.draw(st.sampled_from([200, 200, 204, 302, 400, 401, 403, 404, 410, 429, 500]))
    header = data.draw(st.text(max_size=40))
    for read in sample.readers():
        try:
            result = read(body, status, retry_after=header, x_ratelimit_reset=header)
        except PullFailure:
            continue
        if isinstance(result, Reading):
            assert {value.external_id for value in result.values} <= asked
            assert all(0 <= value.value <= MAX_VALUE for value in result.values)
            values(result)
