"""Files of the library: all kinds and states, used and unused."""

from __future__ import annotations

from domain.articles.rules import ArticleStatus
from domain.media.models import ArticleMedia, Media, MediaRendition
from domain.media.rules import MediaKind, MediaState, RenditionFormat, bands
from tests.oracle.filling import CANARY, NAMES, TEXTS, Filling


async def add_media(filling: Filling, number: int) -> None:
    """Some alike, some used by several articles, some by none, some in older revisions only."""
    uses = [
        (article, filling.one([True, True, False]))
        for article in filling.random.sample(filling.articles, filling.one([0, 1, 1, 2, 4]))
    ]
    published = ArticleStatus.PUBLISHED
    is_hidden = not any(public and article.status is published for article, public in uses)
    mark = CANARY if is_hidden else ""
    is_image = number % 4 != 0
    state = filling.one(list(MediaState)) if is_image else MediaState.READY
    look = filling.one([None, 0, 7, -1, -8, 2**62 + 3, number * 977]) if is_image else None
    media = await Media.create(
        id=next(filling.hidden if is_hidden else filling.visible),
        organization=filling.one(filling.organizations),
        kind=MediaKind.IMAGE if is_image else MediaKind.DOCUMENT,
        mime=filling.one(["image/gif", "image/png"]) if is_image else "application/pdf",
        name=f"{mark}{filling.one(NAMES)}.{filling.one(['png', 'gif'])}",
        sha256=f"{number:064x}",
        size=filling.one([1, 2**33]),
        width=700 if is_image else None,
        height=500 if is_image else None,
        alt=mark + filling.one(TEXTS),
        caption=mark + filling.one(TEXTS),
        state=state,
        why=mark if state is MediaState.BROKEN else "",
        due_at=filling.moment() if state is MediaState.RENDERING else None,
        look=look,
        bands=[] if look is None else bands(look),
        uploaded_by=CANARY,
        version=1 + number % 3,
        created_at=filling.moment(),
        updated_at=filling.moment(),
    )
    for width in (320, 640)[: number % 3]:
        for format_ in list(RenditionFormat)[: width // 200]:
            await MediaRendition.create(
                media=media, format=format_, width=width, height=number + 1, size=number + 5
            )
    for article, public in uses:
        await ArticleMedia.create(
            article=article, media=media, in_public=public, in_newest=filling.one([True, False])
        )
