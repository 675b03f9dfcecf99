"""A package: an article in the form and the measure of one platform; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from domain.distribution.limits import Limits, TextForm

CUT = "…"
MARKS = "。！？；.!?;\n"
"""Where a text is rather cut than in the middle of a sentence."""

SHORTEST_KEPT = 0.6
"""A cut at the end of a sentence keeps at least this part of what fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an article gives. html: sanitised. url: where the whole of it stands; may be empty.
    images: their addresses, the cover first."""

    title: str
    summary: str
    html: str
    text: str
    url: str = ""
    images: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Ready to be sent or copied. form: of the body. cuts: what had to be left out, in words."""

    form: TextForm
    title: str
    summary: str
    body: str
    images: Sequence[str] = ()
    cuts: Sequence[str] = field(default_factory=list)


def package(content: Content, limits: Limits) -> Package:
    """What fits, with the link to the rest. HTML that is too long becomes shortened text in
    paragraphs: no tag is ever cut in two."""
    cuts: list[str] = []
    title = _title(content.title, limits, cuts)
    summary = _within(content.summary, limits.summary, "summary", cuts)
    body = (
        _html(content, limits, cuts)
        if limits.form is TextForm.HTML
        else _text(content, limits, cuts)
    )
    images = list(content.images)
    if limits.images is not None and len(images) > limits.images:
        cuts.append(f"images: {limits.images} of {len(images)}")
        images = images[: limits.images]
    return Package(
        form=limits.form, title=title, summary=summary, body=body, images=images, cuts=cuts
    )


def _title(title: str, limits: Limits, cuts: list[str]) -> str:
    return "" if limits.title == 0 else _within(title, limits.title, "title", cuts)


def _within(words: str, most: int | None, name: str, cuts: list[str]) -> str:
    if most is None or len(words) <= most:
        return words
    cuts.append(f"{name}: {most} of {len(words)} characters")
    return words[: most - 1].rstrip() + CUT


def _html(content: Content, limits: Limits, cuts: list[str]) -> str:
    if limits.text is None or len(content.html) <= limits.text:
        return content.html
    # A paragraph costs its tags, and a character up to five when it is escaped.
    cuts.append(f"body: {limits.text} of {len(content.html)} characters")
    kept = ""
    for line in content.text.split("\n"):
        paragraph = f"<p>{escape(line)}</p>" if line.strip() else ""
        if len(kept) + len(paragraph) + len(_link(content.url)) > limits.text:
            break
        kept += paragraph
    return kept + _link(content.url)


def _link(url: str) -> str:
    return f'<p><a href="{escape(url)}">全文</a></p>' if url else ""


def _text(content: Content, limits: Limits, cuts: list[str]) -> str:
    """The title stands in the text where the post has none of its own."""
    head = f"【{content.title}】\n" if limits.title == 0 else ""
    whole = head + content.text
    tail = f"\n{content.url}" if content.url else ""
    if limits.text is None or len(whole) + len(tail) <= limits.text:
        return whole + tail
    cuts.append(f"body: {limits.text} of {len(whole) + len(tail)} characters")
    told = head + (content.summary or content.text)
    return shortened(told, limits.text - len(tail)) + tail


def shortened(words: str, most: int) -> str:
    """At most so many characters, cut at the end of a sentence where that keeps enough of it."""
    if len(words) <= most:
        return words
    kept = words[: most - 1]
    end = max(kept.rfind(mark) for mark in MARKS) + 1
    if end >= SHORTEST_KEPT * len(kept):
        return kept[:end].rstrip()
    return kept.rstrip() + CUT
