"""The HTML an article's body may hold; everything else is taken out, scripts with their content."""

from __future__ import annotations

import nh3

from domain import text

LONGEST_BODY = 400_000


def _words(text: str) -> set[str]:
    return set(text.split())


TAGS = _words(
    "a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption"
    " figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s section small span"
    " strong sub summary sup table tbody td tfoot th thead time tr u ul"
)

ATTRIBUTES = {
    "*": {"lang", "title", "dir"},
    "a": {"href", "hreflang"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "img": {"src", "alt", "width", "height", "loading"},
    "ins": {"cite", "datetime"},
    "ol": {"start", "reversed"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
}

WITH_CONTENT = {"script", "style", "iframe", "object", "embed", "noscript", "template", "title"}

CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=WITH_CONTENT,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
)


def sanitise(body: str, *, path: tuple[str, ...]) -> str:
    """Safe HTML; safe HTML stays as it is. Raises Invalid for what is no text at all.

    It is looked at again after cleaning: an entity such as &#1; is a character only then.
    """
    raw = text.prose(body, path=path, longest=LONGEST_BODY)
    return text.prose(CLEANER.clean(raw), path=path, longest=LONGEST_BODY)
