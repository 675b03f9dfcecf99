"""Reviews of articles, and the workflows they go through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.access import Act
from domain.ids import format_id, parse_id
from domain.reviews.actions import claims, terms, workflows
from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.models import ReviewFinding
from tests.access_table.callers import (
    ADMINISTRATORS,
    DRAFTS,
    ELSEWHERE,
    EMPTY,
    HERE,
    NOBODY,
    NOT_THERE,
    NOT_YOURS,
    ONE,
    PUBLISHERS,
    WRITERS,
    Read,
    Write,
    listed,
    unique,
)
from tests.access_table.district import District
from tests.reviewing import make_review, make_workflow, stage
from tests.rows import World, make_article, make_organization

REVIEWERS = frozenset({"reviewer", "administrator", "network"})
OF_DRAFTS = DRAFTS | {"author elsewhere", "administrator elsewhere"}

QUERIES: dict[str, list[Read]] = {
    "review": [
        Read(
            '{ it: review(id: "%(review)s") { state article { id } entries { totalCount } } }',
            DRAFTS,
            {"state": "RUNNING", "article": {"id": "%(reviewed)s"}, "entries": {"totalCount": 1}},
        )
    ],
    "reviews": [
        Read(
            '{ it: reviews(filter: {articleId: "%(reviewed)s"}) ' + ONE + " }",
            DRAFTS,
            listed("review"),
            EMPTY,
        )
    ],
    "reviewsToDo": [
        Read(
            '{ it: reviewsToDo(filter: {articleId: "%(reviewed)s"}) ' + ONE + " }",
            REVIEWERS,
            listed("review"),
            EMPTY,
        )
    ],
    "reviewWorkflows": [
        Read("{ it: reviewWorkflows " + ONE + " }", OF_DRAFTS, listed("workflow"), EMPTY)
    ],
    "reviewTerms": [Read("{ it: reviewTerms " + ONE + " }", OF_DRAFTS, listed("term"), EMPTY)],
    "article": [
        Read(
            '{ it: article(id: "%(reviewed)s") { review { id } } }',
            DRAFTS,
            {"review": {"id": "%(review)s"}},
        ),
    ],
}


def _desk(district: District) -> World:
    number = parse_id(district.ids["desk"])[1]
    return replace(district.here, organization_id=number)


async def _draft(district: District) -> dict[str, Any]:
    return {"id": format_id("Article", await make_article(_desk(district))), "version": 1}


async def _urgent(district: District) -> dict[str, Any]:
    return {**await _draft(district), "reason": "突发"}


async def _review(district: District) -> dict[str, Any]:
    _, number = await make_review(_desk(district), _by(district, 8))
    return {"id": format_id("Review", number), "version": 1}


async def _decision(district: District) -> dict[str, Any]:
    given = await _review(district)
    return {"id": given["id"], "approves": True, "revision": 1, "opinion": "同意"}


async def _claimed(district: District) -> dict[str, Any]:
    """By somebody else than whoever asks."""
    given = await _review(district)
    await claims.claim(_by(district, 7), parse_id(given["id"])[1], 1)
    return {"id": given["id"], "version": 2, "holderId": "User:7"}


def _by(district: District, number: int) -> Act:
    """Somebody to whom nobody hands on a role."""
    return replace(district.act, viewer=replace(district.act.viewer, number=number))


async def _invited(district: District) -> dict[str, Any]:
    return {**await _review(district), "name": "张主任"}


async def _found(district: District) -> dict[str, Any]:
    """A finding of another's article."""
    given = await _review(district)
    number = parse_id(given["id"])[1]
    made = await ReviewFinding.create(
        review_id=number,
        revision=1,
        check_kind=CheckKind.TERM,
        message="不当",
        created_at=district.act.now,
    )
    return {"ids": [format_id("ReviewFinding", made.id)], "reason": "引文如此"}


async def _new_term(district: District) -> dict[str, Any]:
    return {"kind": "INCORRECT", "word": f"按装{unique()}", "organizationId": district.ids["here"]}


async def _term(district: District) -> dict[str, Any]:
    new = terms.NewTerm(
        kind=TermKind.INCORRECT,
        word=f"按装{unique()}",
        organization_id=district.here.organization_id,
    )
    return {"id": format_id("ReviewTerm", await terms.add(district.act, new))}


STAGES = [{"kind": "REVIEW", "title": "初审", "role": "REVIEWER"}]


async def _new_workflow(district: District) -> dict[str, Any]:
    return {"name": "新", "organizationId": district.ids["here"], "stages": STAGES}


async def _place(district: District) -> int:
    return await make_organization(district.here.organization_id, "另一编辑部")


async def _workflow(district: District) -> dict[str, Any]:
    number = await make_workflow(await _place(district), stage("初审"), act=district.act)
    return {"id": format_id("ReviewWorkflow", number), "version": 1, "name": "改", "stages": STAGES}


async def _assigned(district: District) -> dict[str, Any]:
    number = await workflows.create(
        district.act,
        workflows.NewWorkflow(
            name="可用", organization_id=district.here.organization_id, stages=[stage("初审")]
        ),
    )
    place = format_id("Organization", await _place(district))
    return {"workflowId": format_id("ReviewWorkflow", number), "organizationId": place}


async def _unassigned(district: District) -> dict[str, Any]:
    place = await _place(district)
    await make_workflow(place, stage("初审"), act=district.act)
    return {"organizationId": format_id("Organization", place)}


ANYWHERE_ELSE = frozenset({"author elsewhere", "administrator elsewhere"})
NOT_THE_STAGES = ((frozenset({"publisher"}), NOT_YOURS), (ELSEWHERE, NOT_THERE))

MUTATIONS: dict[str, Write] = {
    "submitForReview": Write(_draft, WRITERS, NOBODY, ((ANYWHERE_ELSE, NOT_THERE),)),
    "claimReview": Write(_review, REVIEWERS, NOBODY, NOT_THE_STAGES),
    "releaseReview": Write(
        _claimed,
        ADMINISTRATORS,
        NOBODY,
        (
            (frozenset({"reviewer", "publisher"}), "FORBIDDEN input.holderId"),
            (ELSEWHERE, NOT_THERE),
        ),
    ),
    "decideReview": Write(_decision, REVIEWERS, NOBODY, NOT_THE_STAGES),
    "withdrawReview": Write(
        _review,
        ADMINISTRATORS,
        NOBODY,
        ((WRITERS - ADMINISTRATORS, NOT_YOURS), (ANYWHERE_ELSE, NOT_THERE)),
    ),
    "inviteReviewer": Write(_invited, REVIEWERS, NOBODY, NOT_THE_STAGES),
    "overrideFindings": Write(_found, REVIEWERS, NOBODY, NOT_THE_STAGES),
    "addReviewTerm": Write(_new_term, ADMINISTRATORS, NOBODY, ((ELSEWHERE, HERE),)),
    "removeReviewTerm": Write(_term, ADMINISTRATORS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
    "publishUrgently": Write(_urgent, PUBLISHERS, NOBODY, ((ELSEWHERE, NOT_THERE),)),
    "createReviewWorkflow": Write(_new_workflow, ADMINISTRATORS, NOBODY, ((ELSEWHERE, HERE),)),
    "updateReviewWorkflow": Write(_workflow, ADMINISTRATORS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
    "assignReviewWorkflow": Write(_assigned, ADMINISTRATORS, NOBODY, ((ELSEWHERE, HERE),)),
    "unassignReviewWorkflow": Write(_unassigned, ADMINISTRATORS, NOBODY, ((ELSEWHERE, HERE),)),
}
