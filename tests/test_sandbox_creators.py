"""The sandbox's WeChat, Douyin and Bilibili over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from sandbox.accounts import owns, secret_of
from sandbox.bilibili import bvid_of
from sandbox.calendar import day_of, hours_of, moment_of, published_on
from sandbox.douyin import item_id_of
from sandbox.tokens import Nonces, Tokens
from sandbox.topics import CST, hour_number
from tests.platforms import SandboxProcess, counters, sandbox_process, topics
from tests.signing import signed

LONG = 544873190876839
"""许我耀眼: seen from the first hour of the data to the last, but for two days. Of account …7."""
APP = "wx0000000000000007"
OPEN_ID = "open-7"
USER = "user-7"
DETAIL, READ = "getarticletotaldetail", "getarticleread"
READERS = {
    "2025-11-03": 970_000_000,
    "2025-11-04": 990_000_000,
    "2025-11-05": 1_190_000_000,
    "2025-11-06": 1_320_000_000,
    "2025-11-07": 1_440_000_000,
    "2025-11-08": 1_580_000_000,
    "2025-11-10": 1_810_000_000,
}
VIDEO_DATA = f"/douyin/api/douyin/v1/video/video_data/?open_id={OPEN_ID}"


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with sandbox_process() as opened:
        yield opened


@pytest.fixture
def sandbox(process: SandboxProcess) -> SandboxProcess:
    process.reset()
    return process


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def at(sandbox: SandboxProcess, hour: str) -> None:
    assert sandbox.call("PUT", "/clock", {"hour": hour})[0] == 200


# What they share.


def test_the_calendar_is_five_weeks_ahead_of_the_data() -> None:
    hour = hour_number("2025-10-03T08")
    assert moment_of(hour) == datetime(2025, 11, 7, 8, tzinfo=CST)
    assert day_of(hour) == date(2025, 11, 7)
    assert hours_of(date(2025, 11, 7)) == range(hour - 8, hour + 16)
    assert published_on(topics().by_id[LONG]) == date(2025, 11, 3)


def test_an_account_has_a_sixteenth_of_the_topics() -> None:
    shares = [sum(owns(f"wx{digit:x}", key) for key in topics().by_id) for digit in range(16)]
    assert sum(shares) == len(topics().by_id) == 5012
    assert min(shares) > 250
    assert not owns("", LONG)
    assert not owns("wxz", LONG)


def test_tokens_end_and_nonces_are_forgotten() -> None:
    now = [0.0]
    tokens, nonces = Tokens(lambda: now[0]), Nonces(lambda: now[0])
    first, second = tokens.issue("a", 10), tokens.issue("a", 20)
    assert (tokens.owner(first.text), tokens.standing("a")) == ("a", second)
    assert (tokens.owner("x"), tokens.was_issued("x"), tokens.standing("b")) == (None, False, None)
    assert [nonces.use("n", 5), nonces.use("n", 5), nonces.use("m", 5)] == [True, False, True]
    now[0] = 10.0
    assert (tokens.owner(first.text), tokens.was_issued(first.text)) == (None, True)
    assert nonces.use("n", 5)
    tokens.end_all()
    assert tokens.standing("a") is None


# WeChat.


def wechat_token(sandbox: SandboxProcess, app_id: str = APP, **more: Any) -> str:
    wish = {"grant_type": "client_credential", "appid": app_id, "secret": secret_of(app_id)}
    status, answer = sandbox.call("POST", "/wechat/cgi-bin/stable_token", {**wish, **more})
    assert status == 200
    assert 7100 < answer["expires_in"] <= 7200
    return str(answer["access_token"])


def datacube(
    sandbox: SandboxProcess, name: str, first: str, last: str = "", token: str | None = None
) -> Any:
    held = wechat_token(sandbox) if token is None else token
    body = {"begin_date": first, "end_date": last or first}
    status, answer = sandbox.call("POST", f"/wechat/datacube/{name}?access_token={held}", body)
    assert status == 200, "WeChat's errors come with HTTP 200"
    return answer


def readers(answer: Any, post_id: int = LONG) -> dict[str, int]:
    (found,) = [row for row in answer["list"] if row["msgid"] == f"{post_id}_1"]
    return {row["stat_date"]: row["read_user"] for row in found["detail_list"]}


def first_days(count: int) -> dict[str, int]:
    return dict(list(READERS.items())[:count])


def test_details_are_by_day_of_publication_and_since_it(sandbox: SandboxProcess) -> None:
    answer = datacube(sandbox, DETAIL, "2025-11-03")
    assert answer["is_delay"] is False
    assert len(answer["list"]) == 21
    assert {row["ref_date"] for row in answer["list"]} == {"2025-11-03"}
    assert readers(answer) == first_days(4)
    (row,) = [row for row in answer["list"] if row["msgid"] == f"{LONG}_1"]
    assert row["title"] == "许我耀眼"
    assert row["detail_list"][0] == {
        "stat_date": "2025-11-03",
        "read_user": 970_000_000,
        "share_user": 596_000,
        "comment_count": 75_110_000,
        "read_user_source": [{"user_count": 970_000_000, "scene_desc": "全部"}],
    }


def test_a_day_without_change_is_absent(sandbox: SandboxProcess) -> None:
    at(sandbox, "2025-10-07T08")
    assert readers(datacube(sandbox, DETAIL, "2025-11-03")) == READERS
    read = datacube(sandbox, READ, "2025-11-09")
    assert f"{LONG}_1" not in {row["msgid"] for row in read["list"]}


def test_yesterday_is_counted_from_eight_on(sandbox: SandboxProcess) -> None:
    at(sandbox, "2025-10-03T07")
    answer = datacube(sandbox, DETAIL, "2025-11-03")
    assert answer["is_delay"] is True
    partial = topics().by_id[LONG].at(hour_number("2025-10-02T19"))
    assert partial is not None
    assert readers(answer) == {**first_days(3), "2025-11-06": partial["reads"]}
    assert partial["reads"] < READERS["2025-11-06"]
    assert datacube(sandbox, DETAIL, "2025-11-06")["errcode"] == 61503
    at(sandbox, "2025-10-03T08")
    assert datacube(sandbox, DETAIL, "2025-11-06")["is_delay"] is False
    sandbox.fault("delayed", path="/wechat")
    assert datacube(sandbox, DETAIL, "2025-11-03") == answer


def test_daily_reading_sharing_and_the_summary(sandbox: SandboxProcess) -> None:
    read = datacube(sandbox, READ, "2025-11-05")
    (row,) = [row for row in read["list"] if row["msgid"] == f"{LONG}_1"]
    assert row["ref_date"] == "2025-11-05"
    gained = READERS["2025-11-05"] - READERS["2025-11-04"]
    assert row["detail"]["read_user"] == gained
    shared = datacube(sandbox, "getarticleshare", "2025-11-05")
    assert {"msgid": f"{LONG}_1", "ref_date": "2025-11-05", "detail": {"share_user": 12_000}} in (
        shared["list"]
    )
    summary = datacube(sandbox, "getbizsummary", "2025-11-03", "2025-11-06")["list"]
    assert [row["ref_date"] for row in summary] == list(READERS)[:4]
    assert [row["send_page_count"] for row in summary] == [21, 20, 17, 28]
    most = max(row["detail"]["read_user"] for row in read["list"])
    assert summary[2]["read_user"] == most, "people are not added up"


@pytest.mark.parametrize(
    "name",
    [
        "getarticlesummary",
        "getarticletotal",
        "getuserread",
        "getuserreadhour",
        "getusershare",
        "getusersharehour",
    ],
)
def test_the_old_family_is_offline(sandbox: SandboxProcess, name: str) -> None:
    answer = datacube(sandbox, name, "2025-11-03", token="any")
    assert answer["errcode"] == 47009
    assert answer["errmsg"].startswith("this api is offline, please use the new api")


@pytest.mark.parametrize(
    ("name", "first", "last", "code"),
    [
        (DETAIL, "2025-11-7", "", 61500),
        (DETAIL, "", "", 61500),
        (DETAIL, "2025-11-07", "", 61501),
        (DETAIL, "2025-10-31", "", 61501),
        (DETAIL, "2025-11-03", "2025-11-04", 61501),
        (DETAIL, "2025-11-05", "2025-11-04", 61501),
        ("getbizsummary", "2025-11-01", "2025-11-06", None),
    ],
)
def test_wechat_refuses_days(
    sandbox: SandboxProcess, name: str, first: str, last: str, code: int | None
) -> None:
    assert datacube(sandbox, name, first, last).get("errcode") == code


def test_wechat_tokens(sandbox: SandboxProcess) -> None:
    token = wechat_token(sandbox)
    assert wechat_token(sandbox) == token, "the stable token stays"
    assert wechat_token(sandbox, force_refresh=True) != token
    for held, code in (("", 41001), ("x", 40001)):
        assert datacube(sandbox, DETAIL, "2025-11-03", token=held)["errcode"] == code
    sandbox.fault("expired_token", times=1, path="/wechat/datacube")
    assert datacube(sandbox, DETAIL, "2025-11-03")["errcode"] == 40001
    assert datacube(sandbox, DETAIL, "2025-11-03", token=token)["errcode"] == 40001
    assert "errcode" not in datacube(sandbox, DETAIL, "2025-11-03")
    for wish, code in (
        ({"appid": "gh1"}, 40013),
        ({"secret": "x"}, 40125),
        ({"grant_type": "x"}, 40097),
    ):
        given = {"grant_type": "client_credential", "appid": APP, "secret": secret_of(APP), **wish}
        answer = sandbox.call("POST", "/wechat/cgi-bin/stable_token", given)
        assert (answer[0], answer[1]["errcode"]) == (200, code)
    assert "secret-of" not in str(sandbox.requests())
    assert token not in str(sandbox.requests())


def test_wechat_shows_an_account_its_own_articles(sandbox: SandboxProcess) -> None:
    token = wechat_token(sandbox, "wx0000000000000008")
    shown = {row["msgid"] for row in datacube(sandbox, DETAIL, "2025-11-03", token=token)["list"]}
    assert shown == {
        f"{key}_1"
        for key, topic in topics().by_id.items()
        if key % 16 == 8 and published_on(topic) == date(2025, 11, 3)
    }


@pytest.mark.parametrize("code", [-1, 45009, 48001])
def test_wechat_codes_on_demand(sandbox: SandboxProcess, code: int) -> None:
    sandbox.fault(f"code:{code}", after=1, times=1, path="/wechat/datacube")
    answers = [datacube(sandbox, DETAIL, "2025-11-03") for _ in range(3)]
    assert [answer.get("errcode") for answer in answers] == [None, code, None]


# Douyin.


def douyin_token(sandbox: SandboxProcess, open_id: str = OPEN_ID) -> str:
    wish = form(client_key="ck", grant_type="refresh_token", refresh_token=f"rft.{open_id}")
    status, answer = sandbox.call("POST", "/douyin/oauth/refresh_token/", wish)
    assert (status, answer["data"]["error_code"]) == (200, 0)
    assert answer["data"]["expires_in"] == "1296000", "numbers as text, as Douyin gives them"
    return str(answer["data"]["access_token"])


def videos(sandbox: SandboxProcess, *post_ids: int, token: str = "") -> Any:
    wish = {"item_ids": [item_id_of(post_id) for post_id in post_ids]}
    headers = {"access-token": token or douyin_token(sandbox)}
    return sandbox.call("POST", VIDEO_DATA, wish, **headers)


def item(sandbox: SandboxProcess, name: str, post_id: int = LONG, **more: str) -> Any:
    query = urlencode({"open_id": OPEN_ID, "item_id": item_id_of(post_id), **more})
    headers = {"access-token": douyin_token(sandbox)}
    status, answer = sandbox.call("GET", f"/douyin/data/external/item/{name}/?{query}", **headers)
    assert status == 200
    return answer["data"]


def code(answer: tuple[int, Any]) -> int:
    assert answer[0] == 200, "Douyin's errors come with HTTP 200"
    assert answer[1]["data"]["error_code"] == answer[1]["extra"]["error_code"]
    return int(answer[1]["data"]["error_code"])


def test_videos_as_they_are_now_and_nothing_of_others(sandbox: SandboxProcess) -> None:
    other = next(key for key in topics().by_id if key % 16 == 8)
    status, answer = videos(sandbox, LONG, other, 5)
    known = counters(str(LONG))
    assert (status, answer["data"]["list"]) == (
        200,
        [
            {
                "item_id": item_id_of(LONG),
                "title": "许我耀眼",
                "statistics": {
                    "play_count": known["reads"],
                    "share_count": known["original_posts"],
                    "comment_count": known["discussions"],
                },
            }
        ],
    )


def test_an_item_id_must_be_encoded(sandbox: SandboxProcess) -> None:
    own = [key for key in topics().by_id if key % 16 == 7]
    tricky = next(key for key in own if "+" in item_id_of(key))
    assert len({item_id_of(key) for key in own}) == len(own)
    token = douyin_token(sandbox)
    path = f"/douyin/data/external/item/base/?open_id={OPEN_ID}&item_id="
    at(sandbox, "2025-10-12T23")
    raw = sandbox.call("GET", path + item_id_of(tricky), **{"access-token": token})
    encoded = sandbox.call(
        "GET", path + quote(item_id_of(tricky), safe=""), **{"access-token": token}
    )
    assert (code(raw), code(encoded)) == (2100005, 0)


def test_daily_figures_come_at_ten_and_begin_after_the_consent(sandbox: SandboxProcess) -> None:
    assert item(sandbox, "base")["result"]["total_play"] == READERS["2025-11-05"]
    plays = [
        {"date": "2025-11-04", "play": 20_000_000},
        {"date": "2025-11-05", "play": 200_000_000},
    ]
    assert item(sandbox, "play", date_type="7")["result_list"] == plays
    at(sandbox, "2025-10-03T10")
    assert item(sandbox, "base")["result"] == {
        "total_play": 1_320_000_000,
        "total_share": 615_000,
        "total_comment": 75_678_000,
    }
    yesterday = {"date": "2025-11-06", "play": 130_000_000}
    assert item(sandbox, "play", date_type="30")["result_list"] == [*plays, yesterday]
    assert item(sandbox, "share", date_type="7")["result_list"][-1]["share"] == 6_000
    assert item(sandbox, "comment", date_type="7")["result_list"][-1]["comment"] == 210_000
    assert item(sandbox, "like", date_type="7")["result_list"] == [], "there are no likes to tell"


def test_douyin_refuses(sandbox: SandboxProcess) -> None:
    assert item(sandbox, "play", date_type="8")["error_code"] == 2100005
    assert item(sandbox, "base", 5)["error_code"] == 2100005
    assert code(videos(sandbox)) == 2100005
    assert code(videos(sandbox, *range(21))) == 2100005
    assert code(videos(sandbox, LONG, token="x")) == 28001003
    strangers = douyin_token(sandbox, "open-8")
    assert code(videos(sandbox, LONG, token=strangers)) == 2100005
    refused = sandbox.call("POST", "/douyin/oauth/refresh_token/", form(client_key="ck"))
    assert code(refused) == 2100005
    sandbox.fault("code:28003017", times=1, path="/douyin")
    token = "/douyin/oauth/refresh_token/"
    wish = form(client_key="ck", grant_type="refresh_token", refresh_token="rft.a7")
    assert code(sandbox.call("POST", token, wish)) == 28003017
    assert "rft." not in str(sandbox.requests())


def test_a_douyin_token_that_is_over_is_another_error_than_an_unknown_one(
    sandbox: SandboxProcess,
) -> None:
    token = douyin_token(sandbox)
    sandbox.fault("expired_token", times=1, path="/douyin/api")
    assert code(videos(sandbox, LONG, token=token)) == 28001008
    assert code(videos(sandbox, LONG, token=token)) == 28001008
    assert code(videos(sandbox, LONG)) == 0


# Bilibili.

STAT = "/bilibili/arcopen/fn/data/arc/stat?resource_id="
RENEW = "/bilibili/x/account-oauth2/v1/refresh_token"


def renew(sandbox: SandboxProcess, refresh: str, **changes: str) -> Any:
    wish = {
        "client_id": "client",
        "client_secret": "secret-of-client",
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        **changes,
    }
    status, answer = sandbox.call("POST", RENEW, form(**wish))
    assert status == 200
    return answer


@pytest.fixture(scope="module")
def bilibili_token(process: SandboxProcess) -> str:
    return str(renew(process, f"rt-{USER}")["data"]["access_token"])


def stat(sandbox: SandboxProcess, headers: dict[str, str], bvid: str = "") -> Any:
    status, answer = sandbox.call("GET", STAT + (bvid or bvid_of(LONG)), **headers)
    assert status == 200, "Bilibili's errors come with HTTP 200"
    return answer


def test_one_video_a_call(sandbox: SandboxProcess, bilibili_token: str) -> None:
    known = counters(str(LONG))
    answer = stat(sandbox, signed(bilibili_token))
    assert (answer["code"], answer["data"]) == (
        0,
        {
            "title": "许我耀眼",
            "ptime": int(datetime(2025, 11, 3, 0, tzinfo=CST).timestamp()),
            "view": known["reads"],
            "share": known["original_posts"],
            "reply": known["discussions"],
        },
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "another"}, 127012),
        ({"key": "another"}, 127012),
        ({"content_md5": "0" * 32}, 127012),
        ({"signature_method": "HMAC-SHA1"}, 127012),
        ({"signature_version": "1.0"}, 127012),
        ({"timestamp": "soon"}, 127012),
        ({"timestamp": "0"}, 127012),
        ({"signature_nonce": ""}, 127000),
    ],
)
def test_a_signature_is_verified(
    sandbox: SandboxProcess, bilibili_token: str, changes: dict[str, str], code: int
) -> None:
    assert stat(sandbox, signed(bilibili_token, **changes))["code"] == code


@pytest.mark.parametrize(("seconds", "code"), [(-590, 0), (590, 0), (-700, 127012), (700, 127012)])
def test_a_timestamp_may_be_ten_minutes_off(
    sandbox: SandboxProcess, bilibili_token: str, seconds: int, code: int
) -> None:
    timestamp = str(int(time.time()) + seconds)
    assert stat(sandbox, signed(bilibili_token, timestamp=timestamp))["code"] == code


def test_a_nonce_is_good_for_one_request(sandbox: SandboxProcess, bilibili_token: str) -> None:
    headers = signed(bilibili_token)
    assert [stat(sandbox, headers)["code"] for _ in range(2)] == [0, 127012]
    altered = {**signed(bilibili_token), "x-bili-timestamp": str(int(time.time()) - 1)}
    assert stat(sandbox, altered)["code"] == 127012
    assert stat(sandbox, {})["code"] == 127000


def test_videos_that_are_not_there(sandbox: SandboxProcess, bilibili_token: str) -> None:
    strangers = next(key for key in topics().by_id if key % 16 == 8)
    for bvid, code in ((bvid_of(strangers), 127124), (bvid_of(5), 127124), ("BV", 127100)):
        assert stat(sandbox, signed(bilibili_token), bvid)["code"] == code
    sandbox.fault(f"deleted:{LONG}")
    assert stat(sandbox, signed(bilibili_token))["code"] == 127107


def test_a_refresh_token_is_good_for_one_renewal(sandbox: SandboxProcess) -> None:
    first = renew(sandbox, "rt-another-7")["data"]
    assert first["expires_in"] > time.time() + 29 * 24 * 3600, "a moment, not a duration"
    assert renew(sandbox, "rt-another-7")["code"] == 122007
    second = renew(sandbox, first["refresh_token"])["data"]
    assert second["refresh_token"] != first["refresh_token"]
    assert stat(sandbox, signed(second["access_token"]))["code"] == 0
    for changes, code in (
        ({"client_secret": "x"}, 127004),
        ({"grant_type": "x"}, 127100),
        ({"refresh_token": "x"}, 122007),
    ):
        assert renew(sandbox, second["refresh_token"], **changes)["code"] == code
    assert "secret-of" not in str(sandbox.requests())


def test_bilibili_tokens_and_codes(sandbox: SandboxProcess) -> None:
    token = str(renew(sandbox, "rt-third-7")["data"]["access_token"])
    assert stat(sandbox, signed("x"))["code"] == 127001
    sandbox.fault("code:127009", times=1, path="/bilibili")
    assert [stat(sandbox, signed(token))["code"] for _ in range(2)] == [127009, 0]
    sandbox.fault("expired_token", times=1, path="/bilibili")
    assert [stat(sandbox, signed(token))["code"] for _ in range(2)] == [127001, 127001]


def test_allowances_are_each_endpoints() -> None:
    with sandbox_process(generosity=1) as sandbox:
        token = wechat_token(sandbox)
        path = f"/wechat/datacube/{READ}?access_token={token}"
        for _ in range(1000):
            assert sandbox.call("POST", path, {})[1]["errcode"] == 61500
        assert sandbox.call("POST", path, {})[1]["errcode"] == 45009
        assert "errcode" not in datacube(sandbox, "getarticleshare", "2025-11-05")
