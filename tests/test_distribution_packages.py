"""Packages: an article in the measure of each platform; and identifiers read off addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.distribution.addresses import identifier_in
from domain.distribution.content import content_of, images_in
from domain.distribution.limits import LIMITS, Limits, TextForm
from domain.distribution.packages import CUT, Content, package, shortened
from domain.distribution.rules import (
    CARRIED_BY_INTERFACE,
    CARRIES_NOTHING,
    DistributionWay,
    way_for,
)
from domain.partners.rules import Platform
from domain.problems import Invalid
from workers.publishers import PUBLISHERS

ADDRESS = "https://xinfeng.example/articles/a"
LONG = "志愿者走进社区，为老人理发。" * 300
WHOLE = Content(
    title="志愿者走进社区",
    summary="一百名志愿者走进社区。",
    html=f"<p>{LONG}</p>",
    text=LONG,
    url=ADDRESS,
    images=[f"https://xinfeng.example/{number}.webp" for number in range(40)],
)

contents = st.builds(
    Content,
    title=st.text(min_size=1, max_size=300),
    summary=st.text(max_size=1000),
    html=st.text(max_size=200).map(lambda text: f"<p>{text}</p>"),
    text=st.text(max_size=6000),
    url=st.sampled_from(["", ADDRESS]),
    images=st.lists(st.just("https://xinfeng.example/1.webp"), max_size=50),
)


@given(contents, st.sampled_from(sorted(LIMITS)))
def test_a_package_keeps_to_every_limit_of_its_platform(
    content: Content, platform: Platform
) -> None:
    limits = LIMITS[platform]
    made = package(content, limits)
    assert made.form is limits.form
    for part, most in ((made.title, limits.title), (made.summary, limits.summary)):
        assert most is None or len(part) <= most
    assert limits.text is None or len(made.body) <= limits.text
    assert limits.images is None or len(made.images) <= limits.images
    assert (not made.cuts) == (
        made.title in (content.title, "")
        and made.summary == content.summary
        and list(made.images) == list(content.images)
        and (content.html in made.body or content.text in made.body)
    )


@given(st.text(min_size=1, max_size=400), st.integers(10, 200))
def test_a_shortened_text_is_a_beginning(words: str, most: int) -> None:
    short = shortened(words, most)
    assert len(short) <= most
    assert words.startswith(short.removesuffix(CUT).rstrip()) or short == words


def test_a_short_text_goes_whole_with_the_link() -> None:
    content = Content(title="题", summary="", html="<p>文。</p>", text="文。", url=ADDRESS)
    made = package(content, LIMITS[Platform.WEIBO])
    assert (made.form, made.title, made.body) == (TextForm.TEXT, "", f"【题】\n文。\n{ADDRESS}")
    assert made.cuts == []


def test_a_long_text_becomes_its_summary_with_the_link() -> None:
    made = package(WHOLE, LIMITS[Platform.MASTODON])
    assert made.body == f"【志愿者走进社区】\n一百名志愿者走进社区。\n{ADDRESS}"
    assert made.cuts == ["body: 500 of 4245 characters", "images: 4 of 40"]


def test_long_html_is_cut_between_paragraphs() -> None:
    content = Content(
        title="题",
        summary="",
        html="<p>" + "a & b" * 9 + "</p>" + "<p>二</p>" * 30,
        text="a & b\n二\n三" + "\n四" * 30,
        url=ADDRESS,
    )
    made = package(content, Limits(TextForm.HTML, text=120))
    link = f'<p><a href="{ADDRESS}">全文</a></p>'
    assert made.body == "<p>a &amp; b</p><p>二</p><p>三</p>" + "<p>四</p>" * 3 + link
    assert len(made.body) <= 120


def test_a_cut_ends_a_sentence_where_it_can() -> None:
    assert shortened("第一句。第二句。第三句", 9) == "第一句。第二句。"
    assert shortened("没有句号的一段很长的话", 6) == "没有句号的…"


def test_pictures_are_those_with_an_address_of_their_own() -> None:
    html = (
        '<p><img src="https://a.example/1.webp?x=1&amp;y=2" alt="一"><img src="/2.webp">'
        '<img alt="三" src="https://a.example/1.webp?x=1&amp;y=2"></p>'
    )
    assert images_in(html) == ["https://a.example/1.webp?x=1&y=2"]


@pytest.mark.parametrize(
    ("platform", "url", "identifier"),
    [
        (Platform.WEIBO, "https://weibo.com/2803301701/z0JH2lOMb", "3501756485200075"),
        (Platform.WEIBO, "https://m.weibo.cn/status/3501756485200075", "3501756485200075"),
        (Platform.WEIBO, "https://weibo.com/u/2803301701", ""),
        (Platform.WECHAT, "https://mp.weixin.qq.com/s?__biz=MzA&mid=2650&idx=2&sn=a", "2650_2"),
        (Platform.WECHAT, "https://mp.weixin.qq.com/s/AbCdEf", ""),
        (Platform.BILIBILI, "https://www.bilibili.com/video/BV1xx411c7mD?p=1", "BV1xx411c7mD"),
        (Platform.DOUYIN, "https://www.douyin.com/note/7300000000000000001", "7300000000000000001"),
        (Platform.MASTODON, "https://mastodon.social/@a/109", "109"),
        (Platform.YOUTUBE, "https://youtu.be/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        (Platform.YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        (Platform.TOUTIAO, "https://www.toutiao.com/article/7300/", "7300"),
        (Platform.ZHIHU, "https://zhuanlan.zhihu.com/p/12", "12"),
        (Platform.KUAISHOU, "https://www.kuaishou.com/short-video/3xab", "3xab"),
        (Platform.OTHER, "https://example.org/12", ""),
    ],
)
def test_an_address_tells_the_identifier(platform: Platform, url: str, identifier: str) -> None:
    assert identifier_in(url, platform) == identifier


@given(st.integers(10**15, 10**16 - 1))
def test_weibo_addresses_hold_the_number(number: int) -> None:
    digits, code = str(number), ""
    letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for end in range(len(digits), 0, -7):
        value, group = int(digits[max(end - 7, 0) : end]), ""
        while value:
            value, rest = divmod(value, 62)
            group = letters[rest] + group
        code = (group.rjust(4, "0") if end > 7 else group or "0") + code
    assert identifier_in(f"https://weibo.com/1/{code}", Platform.WEIBO) == digits


def test_ways() -> None:
    best = way_for(Platform.MASTODON, None, has_credential=True)
    assert best is DistributionWay.INTERFACE
    assert way_for(Platform.MASTODON, None, has_credential=False) is DistributionWay.COPY
    assert way_for(Platform.WEIBO, None, has_credential=True) is DistributionWay.COPY
    asked = way_for(Platform.MASTODON, DistributionWay.REQUEST, has_credential=True)
    assert asked is DistributionWay.REQUEST
    with pytest.raises(Invalid, match="by the interface of WEIBO: it has none"):
        way_for(Platform.WEIBO, DistributionWay.INTERFACE, has_credential=True)
    with pytest.raises(Invalid, match="PLAUSIBLE shows no articles"):
        way_for(Platform.PLAUSIBLE, None, has_credential=True)


def test_every_platform_has_its_limits_or_carries_nothing() -> None:
    assert set(LIMITS) | CARRIES_NOTHING == set(Platform)
    assert set(PUBLISHERS) == CARRIED_BY_INTERFACE


def test_content_is_what_is_public() -> None:
    class Row:
        title, summary, body, plain_text = "题", "要", "<p>文</p>", "文"

    content = content_of(Row(), ADDRESS)
    assert (content.title, content.html, content.text, content.url) == (
        "题",
        "<p>文</p>",
        "文",
        ADDRESS,
    )
