"""Morning: everybody signs in, 王 writes, and two write at once."""

from __future__ import annotations

import json
from typing import Any

from tests.media import picture
from tests.whole_day.cast import PASSWORDS
from tests.whole_day.centre import EDITORS, Centre

ARTICLE = "{ article { id version status draft { number } } }"
EDITED = "{ article { version draft { number title blocks } } }"
FOLLOW = "subscription($ids: [ID!]!) { articleEditing(ids: $ids) { editors { name block } } }"


async def everybody_signs_in(centre: Centre) -> None:
    for who in EDITORS:
        secret = PASSWORDS[who]
        assert (
            await centre.form(who, centre.known[f"{who}'s link"], new=secret, again=secret) == 303
        )
        email = f"{who}@example.org"
        assert await centre.form(who, "/sign-in", email=email, password=secret) == 303
        told = await centre.ask(who, "{ viewer { kind id } }")
        assert told["viewer"] == {"kind": "USER", "id": centre.known[f"{who}'s account"]}
    wrong = {"email": "wang@example.org", "password": "not it at all"}
    assert await centre.form("visitor", "/sign-in", **wrong) == 422
    again = await centre.form("visitor", centre.known["wang's link"], new="x" * 20, again="x" * 20)
    assert again == 404


async def wang_writes(centre: Centre) -> None:
    """Of blocks, with two pictures, a link that leads nowhere and a word that is not wanted."""
    added = {"kind": "INCORRECT", "word": "按装", "suggestion": "安装"}
    await centre.do("operator", "addReviewTerm", "{ term { id } }", **added)
    garden = await _upload(centre, "花园.jpg", 1, "志愿者在社区花园里种树")
    lamp = await _upload(centre, "路灯.jpg", 2, "")
    new = {
        "title": "志愿者为老街按装路灯",
        "authorId": centre.known["wang's person"],
        "organizationId": centre.known["desk"],
        "reason": "初稿",
        "blocks": [
            _paragraph("p1", "一百名志愿者今天走进老街，为居民按装路灯。"),
            {
                **{"id": "p2", "type": "paragraph"},
                "text": [{"text": "名单在此", "link": f"{centre.url}/articles/名单"}],
            },
            {"id": "i1", "type": "image", "media": garden},
            {"id": "i2", "type": "image", "media": lamp},
        ],
    }
    await centre.refused("visitor", "createArticle", "FORBIDDEN", **new)
    await centre.refused("zhou", "createArticle", "FORBIDDEN", **new)
    await centre.refused("stranger", "createArticle", "FORBIDDEN", **new)
    article = (await centre.do("wang", "createArticle", ARTICLE, **new))["article"]
    assert (article["version"], article["status"]) == (1, "DRAFT")
    centre.known |= {"article": article["id"], "lamp": lamp, "garden": garden}
    await _is_nobody_elses(centre, article["id"], garden)


def _paragraph(id_: str, text: str) -> dict[str, Any]:
    return {"id": id_, "type": "paragraph", "text": [{"text": text}]}


async def _upload(centre: Centre, name: str, shade: int, alt: str) -> str:
    asked = {"organization": centre.known["desk"], "name": name, "alt": alt}
    file = picture(shade=shade)
    async with centre.people["visitor"].post("/v1/media", params=asked, data=file) as answer:
        assert answer.status == 403
    async with centre.people["wang"].post("/v1/media", params=asked, data=file) as answer:
        assert answer.status == 201
        return str((await answer.json())["id"])


async def _is_nobody_elses(centre: Centre, article: str, picture_: str) -> None:
    """A draft, and its pictures, are there for none but the centre's own."""
    query = "query($id: ID!) { node(id: $id) { id } articles { totalCount } }"
    for who in ("visitor", "stranger"):
        told = await centre.ask(who, query, id=article)
        assert told == {"node": None, "articles": {"totalCount": 0}}
        place = f"/media/{picture_.split(':')[1]}"
        assert (await centre.get(who, place))[0] == 404
    assert (await centre.ask("zhao", query, id=article))["node"] == {"id": article}


async def two_write_at_once(centre: Centre) -> None:
    """王 and 李 have the same article open. Nothing of either is lost, and each sees the other."""
    new = {
        "title": "周末集市开张",
        "authorId": centre.known["wang's person"],
        "organizationId": centre.known["desk"],
        "blocks": [_paragraph("a", "集市在广场。"), _paragraph("b", "八点开门。")],
    }
    id_ = (await centre.do("wang", "createArticle", ARTICLE, **new))["article"]["id"]
    await _li_sees_that_wang_edits(centre, id_)
    ours = [_paragraph("a", "集市在文化广场。"), _paragraph("b", "八点开门。")]
    theirs = [_paragraph("a", "集市在广场。"), _paragraph("b", "九点开门。")]
    await centre.do("wang", "updateArticle", EDITED, id=id_, version=1, blocks=ours)
    await centre.refused("li", "updateArticle", "STALE_VERSION", id=id_, version=1, blocks=theirs)
    merged = await centre.do("li", "updateArticle", EDITED, id=id_, revision=1, blocks=theirs)
    draft = merged["article"]["draft"]
    assert [block["text"][0]["text"] for block in draft["blocks"]] == [
        *("集市在文化广场。", "九点开门。")
    ]
    late = [_paragraph("a", "集市在公园。"), _paragraph("b", "八点开门。")]
    await centre.refused("li", "updateArticle", "OVERLAPPING", id=id_, revision=1, blocks=late)
    await centre.refused("stranger", "updateArticle", "NOT_FOUND", id=id_, version=3, title="不")
    centre.known["market"] = id_


async def _li_sees_that_wang_edits(centre: Centre, id_: str) -> None:
    asked = {"query": FOLLOW, "variables": {"ids": [id_]}}
    headers = {"accept": "text/event-stream"}
    async with centre.people["li"].post("/graphql", json=asked, headers=headers) as stream:
        seen: list[Any] = []
        async for line in stream.content:
            if not line.startswith(b"data: {"):
                continue
            (told,) = json.loads(line[6:])["data"]["articleEditing"]
            seen.append(told["editors"])
            if seen == [[]]:
                await centre.do("wang", "touchEditing", "{ article { id } }", id=id_, block="a")
            else:
                break
    account = centre.known["wang's account"]
    assert seen == [[], [{"name": f"王编辑 ({account})", "block": "a"}]]
