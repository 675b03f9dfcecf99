"""The texts of an article: slugs, tags and bodies, without a database."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.articles.html import sanitise
from domain.articles.rules import check_slug, check_tags, slug_from
from domain.problems import Invalid

# slugs


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("志愿者走进社区", "志愿者走进社区"),
        ("Hello, World!  2026", "hello-world-2026"),
        ("点单·派单", "点单-派单"),
        ("ＡＢＣ　测试", "abc-测试"),
        ("snake_case", "snake-case"),
        ("!!!", "article"),
    ],
)
def test_a_title_makes_a_slug(title: str, slug: str) -> None:
    assert slug_from(title) == slug


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_every_made_slug_is_a_slug(title: str) -> None:
    slug = slug_from(title)
    assert check_slug(slug) == slug
    assert 1 <= len(slug) <= 80
    assert re.fullmatch(r"[^\W_]+(-[^\W_]+)*", slug)


@given(st.lists(st.text(max_size=5), max_size=30))
def test_tags_are_few_short_and_different(tags: list[str]) -> None:
    try:
        known = check_tags(tags)
    except Invalid:
        return
    assert check_tags(known) == known
    assert len(set(known)) == len(known) <= 20


# bodies


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ("<p>a</p><script>alert(1)</script>", "<p>a</p>"),
        ('<p onclick="alert(1)">a</p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="java&#x0A;script:alert(1)">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<img src="data:text/html,x" onerror="alert(1)" alt="图">', '<img alt="图">'),
        ("<iframe src=//x></iframe><style>*{}</style><b>a</b>", "<b>a</b>"),
        ("<svg><script>alert(1)</script></svg>a", "a"),
        ("<math><mi//xlink:href=javascript:1>a</mi></math><b>c</b>", "<b>c</b>"),
        ('<p style="position:fixed" class="x" id="y">a</p>', "<p>a</p>"),
        ("<!-- c -->a", "a"),
        (
            '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
            '<img src="x">"&gt;',
        ),
    ],
)
def test_what_is_unsafe_is_taken_out_of_a_body(body: str, stored: str) -> None:
    assert sanitise(body, path=("body",)) == stored


@pytest.mark.parametrize(
    "body",
    [
        '<figure><img src="https://x.example/1" alt="图"><figcaption>图</figcaption></figure>',
        '<table><tbody><tr><th scope="row">a</th><td colspan="2">b</td></tr></tbody></table>',
        '<p><a href="mailto:a@x.example" rel="noopener noreferrer">a</a></p>',
        '<p><img src="/media/1.jpg" alt=""></p>',
        "<h2>题</h2><blockquote>引</blockquote><ul><li>一</li></ul><pre>a\n\tb</pre>",
    ],
)
def test_what_an_article_needs_stays(body: str) -> None:
    assert sanitise(body, path=("body",)) == body


@given(st.text(alphabet=st.sampled_from("<>/&\"'= apimgscrltjonx:#;0"), max_size=60))
def test_a_clean_body_stays_as_it_is(body: str) -> None:
    try:
        once = sanitise(body, path=("body",))
    except Invalid:
        return
    assert sanitise(once, path=("body",)) == once
    assert "<script" not in once


def test_a_control_character_written_as_an_entity_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        sanitise("<p>&#1;</p>", path=("body",))
    assert caught.value.path == ("body",)
