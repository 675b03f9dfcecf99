"""The HTML an article's body may hold; everything else is taken out, scripts with their content."""

from __future__ import annotations

from urllib.parse import urlsplit

import nh3

from domain import text
from domain.problems import Invalid

LONGEST_BODY = 400_000
MOST_ROUNDS = 8


def _words(text: str) -> set[str]:
    return set(text.split())


TAGS = _words(
    "a abbr audio b blockquote br caption cite code col colgroup dd del details div dl dt em"
    " figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s section"
    " small span strong sub summary sup table tbody td tfoot th thead time tr u ul video"
)

ATTRIBUTES = {
    "*": {"lang", "title", "dir"},
    "a": {"href", "hreflang"},
    "audio": {"src", "controls"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "figure": {"data-block"},
    "img": {"src", "alt", "width", "height", "loading"},
    "ins": {"cite", "datetime"},
    "ol": {"start", "reversed"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
    "video": {"src", "controls", "poster"},
}

WITH_CONTENT = {"script", "style", "iframe", "object", "embed", "noscript", "template", "title"}

SCHEMES = {"http", "https", "mailto"}
LINKS = {"cite", "href", "poster", "src"}
FIGURES = {"attachment", "audio", "embed", "gallery", "image", "video"}
"""What a figure may say that it is: domain/articles/blocks."""


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """The cleaner looks at addresses of links and images alone: here at those of sources too."""
    if name == "data-block":
        return value if value in FIGURES else None
    if name not in LINKS:
        return value
    try:
        scheme = urlsplit(value.strip()).scheme
    except ValueError:
        return None
    return value if scheme in {"", *SCHEMES} else None


CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=WITH_CONTENT,
    attribute_filter=_attribute,
    url_schemes=SCHEMES,
    link_rel="noopener noreferrer",
)


def sanitise(body: str, *, path: tuple[str, ...]) -> str:
    """Safe HTML; safe HTML stays as it is. Raises Invalid for what is no text at all.

    Cleaned until that changes nothing: what is parsed again, as a browser will, must not become
    something else. It is looked at as text after cleaning too: an entity such as &#1; is a
    character only then.
    """
    known = text.prose(body, path=path, longest=LONGEST_BODY)
    for _ in range(MOST_ROUNDS):
        cleaned = CLEANER.clean(known)
        if cleaned == known:
            return text.prose(cleaned, path=path, longest=LONGEST_BODY)
        known = cleaned
    raise Invalid("this HTML means something else each time it is read", path=path)
