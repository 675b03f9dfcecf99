"""WordPress's own export, WXR: posts with their text as the editor kept it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from domain.articles.imports.found import Found, Item, Rejected, Unreadable
from domain.articles.imports.readers.xml import child_text, moment, name_of, parsed, text_of

PARAGRAPHED = re.compile(r"<(p|div|h[1-6]|ul|ol|table|figure|blockquote)[\s>]", re.IGNORECASE)
EDITORS = re.compile(r"<!--\s*/?wp:.*?-->", re.DOTALL)
SHORTCODE = re.compile(r"\[(/?)([a-z_-]{2,30})([^\]\n]*)\]")
KEPT_INSIDE = ("caption",)
Tree: TypeAlias = Mapping[str, tuple[str, str]]
"""By a category's slug there: its name, and the slug of the one above it, empty at the top."""

LEFT_OUT = ("trash", "auto-draft", "inherit")


def read_wordpress(content: bytes) -> Iterator[Item]:
    """Pages and menus are passed over, of attachments those that no post has as its picture; what
    is in the bin is rejected."""
    root = parsed(content)
    channel = next((child for child in root if name_of(child) == "channel"), None)
    if channel is None or not child_text(channel, "wxr_version"):
        raise Unreadable("this XML is no export of WordPress")
    language, tree = child_text(channel, "language"), _tree(channel)
    items = [each for each in channel if name_of(each) == "item"]
    files = {
        child_text(each, "post_id"): each
        for each in items
        if child_text(each, "post_type") == "attachment"
    }
    for item in items:
        if child_text(item, "post_type") == "post":
            yield _item(item, language, tree, files.get(_meta(item, "_thumbnail_id")))


def _item(item: Any, language: str, tree: Tree, picture: Any) -> Item:
    """picture: the attachment that stands for it, or None."""
    number, title = child_text(item, "post_id"), child_text(item, "title")
    status = child_text(item, "status")
    if not number:
        return Rejected(title or "a post", "it has no number")
    if status in LEFT_OUT:
        return Rejected(f"post {number}", f"it is {status} there")
    if not title:
        return Rejected(f"post {number}", "it has no title")
    texts = [text_of(child) for child in item if name_of(child) == "encoded"]
    body, notes = _body(texts[0] if texts else "")
    return Found(
        source_id=f"post-{number}",
        title=title,
        body=body,
        summary=texts[1][:1000] if len(texts) > 1 else "",
        author=child_text(item, "creator"),
        category=_category(item, tree),
        tags=tuple(_terms(item, "post_tag")),
        source_url=child_text(item, "link"),
        language=language,
        published_at=moment(child_text(item, "post_date_gmt", "pubDate")),
        is_public=status == "publish",
        cover="" if picture is None else child_text(picture, "attachment_url", "guid"),
        cover_alt="" if picture is None else _meta(picture, "_wp_attachment_image_alt"),
        notes=notes,
    )


def _meta(item: Any, key: str) -> str:
    """What WordPress keeps beside an item, by name."""
    for child in item:
        if name_of(child) == "postmeta" and child_text(child, "meta_key") == key:
            return child_text(child, "meta_value")
    return ""


def _tree(channel: Any) -> Tree:
    return {
        child_text(child, "category_nicename"): (
            child_text(child, "cat_name"),
            child_text(child, "category_parent"),
        )
        for child in channel
        if name_of(child) == "category" and child_text(child, "cat_name")
    }


def _category(item: Any, tree: Tree) -> tuple[str, ...]:
    """The way to its deepest category: WordPress files a post under several, often under one and
    what is above it too."""
    filed = [
        _path(child.get("nicename", ""), text_of(child), tree)
        for child in item
        if name_of(child) == "category" and child.get("domain") == "category" and text_of(child)
    ]
    return max(filed, key=len, default=())


def _path(slug: str, name: str, tree: Tree) -> tuple[str, ...]:
    """The export may lack what is above it, or go round in a circle."""
    names, seen = [name], {slug}
    _, above = tree.get(slug, ("", ""))
    while above in tree and above not in seen:
        seen.add(above)
        name, next_above = tree[above]
        names.insert(0, name)
        above = next_above
    return tuple(names)


def _terms(item: Any, domain: str) -> list[str]:
    found = [
        text_of(child)
        for child in item
        if name_of(child) == "category" and child.get("domain") == domain
    ]
    return list(dict.fromkeys(text for text in found if text))


def _body(text: str) -> tuple[str, tuple[str, ...]]:
    """HTML, and which shortcodes of plugins were left out."""
    left_out: dict[str, None] = {}

    def taken(match: re.Match[str]) -> str:
        if match[2] not in KEPT_INSIDE:
            left_out[match[2]] = None
        return ""

    plain = SHORTCODE.sub(taken, EDITORS.sub("", text)).strip()
    notes = tuple(f"shortcode [{name}] left out" for name in left_out)
    if PARAGRAPHED.search(plain):
        return plain, notes
    parts = (part.strip().replace("\n", "<br>") for part in re.split(r"\n\s*\n", plain))
    return "".join(f"<p>{part}</p>" for part in parts if part), notes
