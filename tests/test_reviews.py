"""An article from its draft through three reviews to the public, over HTTP, and every wrong step on
the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio
from tortoise.connection import get_connection

from domain.access import Act, Role
from domain.audit.models import AuditEntry
from domain.reviews import workflows as usual
from domain.reviews.actions.running import entries_of, projected
from domain.reviews.models import Review, ReviewEntry
from domain.reviews.states import replay
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_organization, make_world, nothing_written

PROBLEM = "... on Problem { code path }"
REFUSAL = f"{{ __typename {PROBLEM} }}"
REVIEW = (
    "{ __typename ... on ReviewPayload { review { id version state stage stageTitle revision"
    " stageRole stageOrganization { id } claimedBy freePlaces isUrgent } } " + PROBLEM + " }"
)
ARTICLE = "{ __typename ... on ArticlePayload { article { id version status } } " + PROBLEM + " }"
WORKFLOW = (
    "{ __typename ... on ReviewWorkflowPayload { workflow { id version stages { number title } } }"
    f" {PROBLEM} }}"
)


@dataclass
class Newsroom:
    """A centre with a desk below it. tokens: by whom they are."""

    opened: Graph
    world: World
    centre: str
    desk: str
    tokens: dict[str, str]

    async def do(self, who: str, name: str, returns: str, /, **given: Any) -> Any:
        """What a mutation answers."""
        type_name = name[0].upper() + name[1:] + "Input"
        renamed = {"claimReview": "ReviewVersionInput", "publishArticle": "PublishArticleInput"}
        document = (
            f"mutation ($input: {renamed.get(name, type_name)}!)"
            f" {{ it: {name}(input: $input) {returns} }}"
        )
        return (await self.opened.ask(document, token=self.tokens[who], input=given))["it"]

    async def review(self, who: str, name: str, /, **given: Any) -> Any:
        answer = await self.do(who, name, REVIEW, **given)
        return answer["review"] if "review" in answer else answer["code"]

    async def refused(self, who: str, name: str, code: str, /, **given: Any) -> None:
        async with nothing_written():
            answer = await self.do(who, name, REFUSAL, **given)
            assert answer.get("code") == code, answer

    async def approve(self, who: str, id_: str, revision: int = 1) -> Any:
        given = {"id": id_, "approves": True, "revision": revision, "opinion": f"{who}同意"}
        return await self.review(who, "decideReview", **given)

    async def draft(self, title: str = "冬日送暖") -> str:
        given = {
            "title": title,
            "authorId": f"Person:{self.world.person_id}",
            "organizationId": self.desk,
            "blocks": [{"id": "b1", "type": "paragraph", "text": [{"text": "他是主任。"}]}],
        }
        made = await self.do("author", "createArticle", ARTICLE, **given)
        return str(made["article"]["id"])

    async def submitted(self, title: str = "冬日送暖") -> tuple[str, str]:
        article = await self.draft(title)
        made = await self.review("author", "submitForReview", id=article, version=1)
        return article, made["id"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def newsroom(database_url: str) -> AsyncIterator[Newsroom]:
    async with graph(database_url) as opened:
        world = await make_world()
        desk = await make_organization(world.organization_id, "编辑部")
        centre = world.organization_id
        now = Act(EDITOR.viewer, datetime.now(UTC))
        held = {
            "author": (Role.AUTHOR, desk),
            "editor": (Role.REVIEWER, desk),
            "head": (Role.REVIEWER, centre),
            "chief": (Role.PUBLISHER, centre),
            "publisher": (Role.PUBLISHER, desk),
            "administrator": (Role.ADMINISTRATOR, centre),
            "stranger": (Role.REVIEWER, await make_organization(None, "别处")),
        }
        made = {
            name: (await tokens.create(now, name, role, None, organization_id=place))[1]
            for name, (role, place) in held.items()
        }
        newsroom = Newsroom(
            opened, world, f"Organization:{centre}", f"Organization:{desk}", {**made, "nobody": ""}
        )
        for token in made.values():
            await opened.ask("{ viewer { id } }", token=token)
        await opened.app.events.callers.uses.settled()  # when a token was last used is written once
        await _assign_three_reviews(newsroom)
        yield newsroom


async def _assign_three_reviews(newsroom: Newsroom) -> None:
    """As docs/newsroom.md has it: the reviews at the desk and at the centre above it."""
    stages = [
        {
            "kind": stage.kind.value,
            "title": stage.title,
            "role": stage.role.value,
            "place": stage.place.value,
            "organizationId": newsroom.centre if index > 3 else None,
            "dueHours": stage.due_hours,
            "opinionRequired": stage.opinion_required,
            "afterChange": stage.after_change.value,
            "sharesPeople": stage.shares_people,
        }
        for index, stage in enumerate(usual.three_reviews())
    ]
    for stage in stages[4:]:
        stage["place"] = "GIVEN"
    given = {"name": usual.NAME, "organizationId": newsroom.centre, "stages": stages}
    made = await newsroom.do("administrator", "createReviewWorkflow", WORKFLOW, **given)
    assert [stage["title"] for stage in made["workflow"]["stages"]][::2] == [
        *("初审（责任编辑）", "复审（部门主任）", "终审（总编辑）")
    ]
    assigned = await newsroom.do(
        "administrator",
        "assignReviewWorkflow",
        "{ ... on ReviewAssignmentPayload { organization { reviewWorkflow { name } } } }",
        workflowId=made["workflow"]["id"],
        organizationId=newsroom.centre,
    )
    assert assigned["organization"]["reviewWorkflow"] == {"name": "三审三校"}


async def test_from_the_draft_to_the_public(newsroom: Newsroom) -> None:
    article = await newsroom.draft()
    as_seen = {"id": article, "version": 1}
    await newsroom.refused("publisher", "publishArticle", "NOT_REVIEWED", **as_seen)
    await newsroom.refused("stranger", "submitForReview", "NOT_FOUND", **as_seen)
    await newsroom.refused("author", "submitForReview", "STALE_VERSION", id=article, version=2)
    begun = await newsroom.review("author", "submitForReview", **as_seen, reason="请审")
    id_ = begun["id"]
    assert begun == {
        **{"id": id_, "version": 1, "state": "RUNNING", "stage": 0, "revision": 1},
        **{"stageTitle": "初审（责任编辑）", "stageRole": "REVIEWER"},
        "stageOrganization": {"id": newsroom.desk},
        **{"claimedBy": [], "freePlaces": 1, "isUrgent": False},
    }
    await newsroom.refused("author", "submitForReview", "WRONG_STATUS", **as_seen)
    yes = {"id": id_, "approves": True, "revision": 1, "opinion": "同意"}
    await newsroom.refused("author", "decideReview", "FORBIDDEN", **yes)
    await newsroom.refused("publisher", "decideReview", "FORBIDDEN", **yes)
    await newsroom.refused("stranger", "decideReview", "NOT_FOUND", **yes)
    await newsroom.refused("editor", "decideReview", "EMPTY", **{**yes, "opinion": " "})
    await newsroom.refused("editor", "decideReview", "STALE_REVISION", **{**yes, "revision": 2})
    claimed = await newsroom.review("editor", "claimReview", id=id_, version=1)
    assert (claimed["freePlaces"], len(claimed["claimedBy"])) == (0, 1)
    await newsroom.refused("head", "decideReview", "CLAIMED", **yes)
    await newsroom.refused("head", "claimReview", "CLAIMED", id=id_, version=2)
    await newsroom.refused("head", "claimReview", "STALE_VERSION", id=id_, version=1)
    assert (await newsroom.approve("editor", id_))["stageTitle"] == "一校"
    proofread = {**yes, "opinion": ""}
    assert (await newsroom.review("editor", "decideReview", **proofread))["stage"] == 2
    await newsroom.refused("editor", "decideReview", "FORBIDDEN", **yes)
    assert (await newsroom.approve("head", id_))["stage"] == 3
    assert (await newsroom.approve("head", id_))["stage"] == 4
    await newsroom.refused("head", "decideReview", "FORBIDDEN", **yes)
    assert (await newsroom.approve("chief", id_))["stage"] == 5
    await newsroom.refused("chief", "publishArticle", "NOT_REVIEWED", **as_seen)
    assert (await newsroom.approve("chief", id_))["state"] == "PASSED"
    public = await newsroom.do("publisher", "publishArticle", ARTICLE, **as_seen)
    assert public["article"] == {"id": article, "version": 2, "status": "PUBLISHED"}
    row = await Review.get(id=int(id_.split(":")[1]))
    kinds = await ReviewEntry.filter(review_id=row.id).order_by("id")
    assert [entry.kind.value for entry in kinds] == [
        *("SUBMITTED", "CLAIMED", *["APPROVED"] * 6, "PUBLISHED")
    ]
    audited = await AuditEntry.filter(subject=id_).order_by("id")
    assert [entry.action for entry in audited] == ["review.claim", *["review.approve"] * 6]


async def test_what_is_sent_back_is_written_anew_and_comes_again(newsroom: Newsroom) -> None:
    article, id_ = await newsroom.submitted()
    for who in ("editor", "editor"):
        await newsroom.approve(who, id_)
    no = {"id": id_, "approves": False, "revision": 1}
    await newsroom.refused("head", "decideReview", "EMPTY", **no)
    await newsroom.refused(
        "head", "decideReview", "EMPTY", **no, opinion="不妥", remarks=[{"text": ""}]
    )
    nowhere = [{"text": "标题过长"}, {"block": "b2", "text": "没有这一段"}]
    given = {**no, "opinion": "不妥", "remarks": nowhere}
    await newsroom.refused("head", "decideReview", "UNKNOWN_BLOCK", **given)
    remarks = [{"block": "b1", "text": "职务有误"}, {"text": "标题过长"}]
    sent_back = await newsroom.review(
        "head", "decideReview", **no, opinion="人名职务有误", remarks=remarks
    )
    assert (sent_back["state"], sent_back["stage"]) == ("RETURNED", None)
    await newsroom.refused("publisher", "publishArticle", "NOT_REVIEWED", id=article, version=1)
    edited = await newsroom.do(
        "author", "updateArticle", ARTICLE, id=article, version=1, title="冬日送暖（改）"
    )
    assert edited["article"]["version"] == 2
    again = await newsroom.review("author", "submitForReview", id=article, version=2)
    assert (again["id"], again["state"], again["stage"], again["revision"]) == (
        id_,
        "RUNNING",
        0,
        2,
    )
    told = await newsroom.opened.ask(
        f'{{ review(id: "{id_}") {{ entries(first: 9) {{ nodes {{ kind stageTitle revision actor'
        " opinion remarks { block text } } } } }",
        token=newsroom.tokens["author"],
    )
    rejection = next(
        entry for entry in told["review"]["entries"]["nodes"] if entry["kind"] == "REJECTED"
    )
    assert rejection.pop("actor").startswith("head (Token:")
    assert rejection == {
        "kind": "REJECTED",
        "stageTitle": "复审（部门主任）",
        "revision": 1,
        "opinion": "人名职务有误",
        "remarks": [{"block": "b1", "text": "职务有误"}, {"block": "", "text": "标题过长"}],
    }
    for who in ("editor", "editor", "head", "head", "chief", "chief"):
        last = await newsroom.approve(who, id_, 2)
    assert last["state"] == "PASSED"


async def test_a_reviewers_correction_leaves_earlier_approvals(newsroom: Newsroom) -> None:
    article, id_ = await newsroom.submitted()
    await newsroom.approve("editor", id_)
    await newsroom.approve("editor", id_)
    claimed = await newsroom.review("head", "claimReview", id=id_, version=3)
    assert claimed["stage"] == 2
    await newsroom.do("head", "updateArticle", ARTICLE, id=article, version=1, summary="已校")
    assert await newsroom.approve("head", id_) == "STALE_REVISION"
    assert (await newsroom.approve("head", id_, 2))["stage"] == 3
    await newsroom.do("author", "updateArticle", ARTICLE, id=article, version=2, summary="又改")
    fallen = await newsroom.approve("head", id_, 3)
    assert fallen == "ACTED_BEFORE"


async def test_a_claim_is_given_back_by_its_holder_or_an_administrator(newsroom: Newsroom) -> None:
    _, id_ = await newsroom.submitted()
    claimed = await newsroom.review("editor", "claimReview", id=id_, version=1)
    holder = claimed["claimedBy"][0]
    given = {"id": id_, "version": 2}
    await newsroom.refused("head", "releaseReview", "NOT_CLAIMED", **given)
    await newsroom.refused("head", "releaseReview", "FORBIDDEN", **given, holderId=holder)
    free = await newsroom.review("administrator", "releaseReview", **given, holderId=holder)
    assert free["freePlaces"] == 1
    again = await newsroom.review("head", "claimReview", id=id_, version=3)
    freed = await newsroom.review("head", "releaseReview", id=id_, version=again["version"])
    assert freed["claimedBy"] == []


async def test_what_cannot_wait_goes_public_first_and_is_marked_for_ever(
    newsroom: Newsroom,
) -> None:
    article = await newsroom.draft("突发")
    given = {"id": article, "version": 1, "reason": "汛情"}
    await newsroom.refused("publisher", "publishUrgently", "NOT_URGENT", **given)
    found = await newsroom.opened.ask(
        "{ reviewWorkflows { nodes { id version name stages { kind title role } } } }",
        token=newsroom.tokens["administrator"],
    )
    workflow = found["reviewWorkflows"]["nodes"][0]
    changed = await newsroom.do(
        "administrator",
        "updateReviewWorkflow",
        WORKFLOW,
        **{"id": workflow["id"], "version": 1, "name": "快审", "allowsUrgent": True},
        stages=[{"kind": "REVIEW", "title": "补审", "role": "REVIEWER", "place": "ABOVE"}],
    )
    assert changed["workflow"]["version"] == 2
    await newsroom.refused("publisher", "publishUrgently", "EMPTY", **{**given, "reason": ""})
    await newsroom.refused("editor", "publishUrgently", "FORBIDDEN", **given)
    public = await newsroom.do("publisher", "publishUrgently", ARTICLE, **given)
    assert public["article"]["status"] == "PUBLISHED"
    told = await newsroom.opened.ask(
        f'{{ article(id: "{article}") {{ review {{ id isUrgent state version }} }} }}',
        token=newsroom.tokens["author"],
    )
    review = told["article"]["review"]
    assert (review["isUrgent"], review["state"]) == (True, "RUNNING")
    await newsroom.refused(
        "administrator", "withdrawReview", "URGENT", id=review["id"], version=review["version"]
    )
    over = await newsroom.approve("head", review["id"])
    assert (over["state"], over["isUrgent"]) == ("PUBLISHED", True)


async def test_a_review_is_taken_back_by_who_submitted_it(newsroom: Newsroom) -> None:
    article, id_ = await newsroom.submitted()
    await newsroom.refused("editor", "withdrawReview", "FORBIDDEN", id=id_, version=1)
    over = await newsroom.review("author", "withdrawReview", id=id_, version=1, reason="重写")
    assert over["state"] == "WITHDRAWN"
    await newsroom.refused("head", "claimReview", "WRONG_STATUS", id=id_, version=2)
    anew = await newsroom.review("author", "submitForReview", id=article, version=1)
    assert anew["id"] != id_


async def test_nobody_finds_what_is_not_theirs_to_do(newsroom: Newsroom) -> None:
    """Nor a review through any list, by whoever sees no drafts there."""
    article, id_ = await newsroom.submitted("待办")
    document = (
        f'{{ todo: reviewsToDo(filter: {{articleId: "{article}"}}) {{ totalCount }}'
        f' all: reviews(filter: {{articleId: "{article}"}}) {{ totalCount nodes {{ id }} }}'
        f' review(id: "{id_}") {{ id }} node(id: "{article}") {{ id }}'
        f' article(id: "{article}") {{ review {{ id }} reviews {{ totalCount }} }} }}'
    )
    counts = {}
    for who, token in newsroom.tokens.items():
        told = await newsroom.opened.ask(document, token=token)
        counts[who] = told["todo"]["totalCount"]
        if who in ("stranger", "nobody"):
            assert told == {
                "todo": {"totalCount": 0},
                "all": {"totalCount": 0, "nodes": []},
                **{"review": None, "node": None, "article": None},
            }
        else:
            assert told["all"]["nodes"] == [{"id": id_}]
            assert told["article"] == {"review": {"id": id_}, "reviews": {"totalCount": 1}}
    assert counts == {
        **{"author": 0, "editor": 0, "head": 1, "chief": 0, "publisher": 0},
        **{"administrator": 1, "stranger": 0, "nobody": 0},
    }


async def test_every_row_says_what_its_entries_say(newsroom: Newsroom) -> None:
    """Of everything the tests above did."""
    rows = await Review.all()
    assert len(rows) == 8
    for row in rows:
        client = get_connection("default")
        standing = replay(usual.read(row.stages), await entries_of(client, row.id))
        columns = await projected(client, row, standing)
        assert columns == {name: getattr(row, name) for name in columns}
