"""Runs of a review as a pure function of their entries: whatever is tried, in whatever order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.access import Role
from domain.problems import Conflict, Invalid
from domain.reviews import workflows
from domain.reviews.rules import (
    AfterChange,
    EntryKind,
    ReviewState,
    Stage,
    StageKind,
    StagePlace,
    circles,
)
from domain.reviews.states import Entry, Standing, begin, replay, step
from tests.rows import NOW

HOUR = timedelta(hours=1)
PEOPLE = "abcdefgh"


def stage(title: str = "审", **given_: object) -> Stage:
    values: dict[str, object] = {"kind": StageKind.REVIEW, "role": Role.REVIEWER, **given_}
    return Stage(title=title, **values)  # type: ignore[arg-type] # as given by each test


def entry(kind: EntryKind, who: str = "", at: int = 0, **given_: object) -> Entry:
    values: dict[str, object] = {"revision": 1, "actor": who, "people": frozenset(who), **given_}
    return Entry(kind=kind, at=NOW + at * HOUR, **values)  # type: ignore[arg-type] # as given


def run(stages: tuple[Stage, ...], *entries: Entry) -> Standing:
    return replay(stages, [entry(EntryKind.SUBMITTED, "w"), *entries])


def approved(stage_: int, who: str, at: int = 1, revision: int = 1) -> Entry:
    return entry(EntryKind.APPROVED, who, at, stage=stage_, revision=revision)


def refused_with(code: str, standing: Standing, tried: Entry) -> None:
    with pytest.raises(Conflict) as caught:
        step(standing, tried)
    assert caught.value.code == code


def test_three_reviews_each_with_its_proofread_need_three_people() -> None:
    stages = workflows.three_reviews()
    assert [each.title for each in stages] == [
        *("初审（责任编辑）", "一校", "复审（部门主任）", "二校", "终审（总编辑）", "三校")
    ]
    assert circles(stages) == (1, 1, 2, 2, 3, 3)
    standing = run(stages)
    for index, who in enumerate("aabbcc"):
        assert (standing.state, standing.stage) == (ReviewState.RUNNING, index)
        standing = step(standing, approved(index, who, index))
    assert (standing.state, standing.stage) == (ReviewState.PASSED, None)


def test_nobody_acts_in_two_stages() -> None:
    stages = (stage("初审"), stage("复审"))
    standing = run(stages, approved(0, "a"))
    refused_with("ACTED_BEFORE", standing, approved(1, "a"))
    refused_with("ACTED_BEFORE", standing, entry(EntryKind.CLAIMED, "a", 2, stage=1))
    refused_with("ACTED_BEFORE", standing, entry(EntryKind.REJECTED, "a", 2, stage=1))
    refused_with("WROTE_IT", standing, approved(1, "w"))
    assert step(standing, approved(1, "b")).state is ReviewState.PASSED


def test_who_acts_for_another_counts_as_both() -> None:
    """b acts by a role that a handed on."""
    stages = (stage("初审"), stage("复审"))
    refused_with("ACTED_BEFORE", run(stages, approved(0, "a")), approved(1, "ba"))
    refused_with("ACTED_BEFORE", run(stages, approved(0, "ba")), approved(1, "a"))
    refused_with("WROTE_IT", run(stages), approved(0, "bw"))


def test_two_approvals_are_two_peoples() -> None:
    standing = run((stage(approvals=2),), approved(0, "a"))
    assert (standing.state, standing.stage) == (ReviewState.RUNNING, 0)
    refused_with("ACTED_BEFORE", standing, approved(0, "a"))
    assert step(standing, approved(0, "b")).state is ReviewState.PASSED


def test_a_claim_keeps_others_out_until_it_is_released() -> None:
    standing = run((stage(),), entry(EntryKind.CLAIMED, "a", stage=0))
    refused_with("CLAIMED", standing, entry(EntryKind.CLAIMED, "b", stage=0))
    refused_with("CLAIMED", standing, approved(0, "b"))
    refused_with("CLAIMED", standing, entry(EntryKind.CLAIMED, "a", stage=0))
    refused_with("NOT_CLAIMED", standing, entry(EntryKind.RELEASED, "b"))
    released = step(standing, entry(EntryKind.RELEASED, "a"))
    assert step(released, approved(0, "b")).state is ReviewState.PASSED


def test_what_is_sent_back_comes_back_to_the_same_stage() -> None:
    stages = (stage("初审"), stage("复审"))
    standing = run(stages, approved(0, "a"), entry(EntryKind.REJECTED, "b", 2, stage=1))
    assert (standing.state, standing.stage, standing.due_at) == (ReviewState.RETURNED, None, None)
    refused_with("WRONG_STATUS", standing, approved(1, "c"))
    refused_with("ACTED_BEFORE", standing, entry(EntryKind.RESUBMITTED, "a"))
    unchanged = step(standing, entry(EntryKind.RESUBMITTED, "w", 3))
    assert (unchanged.state, unchanged.stage) == (ReviewState.RUNNING, 1)
    changed = step(standing, entry(EntryKind.RESUBMITTED, "w", 3, revision=2))
    assert (changed.state, changed.stage) == (ReviewState.RUNNING, 0)
    refused_with("STALE_REVISION", changed, approved(0, "a"))
    assert step(changed, approved(0, "a", revision=2)).stage == 1


@pytest.mark.parametrize(
    ("policies", "who", "next_stage"),
    [
        ((AfterChange.KEEP, AfterChange.KEEP), "w", 2),
        ((AfterChange.KEEP, AfterChange.REPEAT), "w", 1),
        ((AfterChange.REPEAT, AfterChange.KEEP), "w", 0),
        ((AfterChange.REPEAT_UNLESS_CORRECTED, AfterChange.KEEP), "w", 0),
        ((AfterChange.REPEAT_UNLESS_CORRECTED, AfterChange.KEEP), "b", 2),
        ((AfterChange.REPEAT, AfterChange.KEEP), "b", 0),
    ],
)
def test_what_a_change_leaves_standing(
    policies: tuple[AfterChange, ...], who: str, next_stage: int
) -> None:
    """w writes, b approved the second stage."""
    stages = (*(stage(after_change=policy) for policy in policies), stage("终审"))
    before = run(stages, approved(0, "a"), approved(1, "b", 2))
    after = step(before, entry(EntryKind.REVISED, who, 3, revision=2))
    assert (after.stage, after.revision) == (next_stage, 2)


def test_who_changes_it_without_having_reviewed_it_has_written_it() -> None:
    standing = run((stage(),), entry(EntryKind.REVISED, "x", revision=2))
    refused_with("WROTE_IT", standing, approved(0, "x", revision=2))


def test_a_claimant_who_corrects_has_acted_there() -> None:
    stages = (stage("初审"), stage("复审"))
    standing = run(
        stages,
        entry(EntryKind.CLAIMED, "a", stage=0),
        entry(EntryKind.REVISED, "a", revision=2),
        entry(EntryKind.RELEASED, "a", revision=2),
        approved(0, "b", revision=2),
    )
    refused_with("ACTED_BEFORE", standing, approved(1, "a", revision=2))


def test_what_went_public_first_is_reviewed_to_the_end() -> None:
    standing = run((stage(),), entry(EntryKind.PUBLISHED_URGENTLY, "p"))
    refused_with("URGENT", standing, entry(EntryKind.WITHDRAWN, "w"))
    assert step(standing, approved(0, "a")).state is ReviewState.PUBLISHED
    changed = step(standing, entry(EntryKind.REVISED, "w", revision=2))
    passed = step(changed, approved(0, "a", revision=2))
    assert (passed.state, passed.urgent_revision) == (ReviewState.PASSED, 1)


def test_only_the_revision_that_passed_goes_public() -> None:
    passed = run((stage(),), approved(0, "a"))
    refused_with("NOT_REVIEWED", passed, entry(EntryKind.PUBLISHED, "p", revision=2))
    refused_with("NOT_REVIEWED", run((stage(),)), entry(EntryKind.PUBLISHED, "p"))
    assert step(passed, entry(EntryKind.PUBLISHED, "p")).state is ReviewState.PUBLISHED


def test_a_stage_is_overdue_once_and_from_its_own_beginning() -> None:
    stages = (stage(due_hours=8), stage(due_hours=2), stage())
    standing = run(stages)
    assert standing.due_at == NOW + 8 * HOUR
    refused_with("WRONG_STATUS", standing, entry(EntryKind.OVERDUE, at=7))
    late = step(standing, entry(EntryKind.OVERDUE, at=8))
    assert late.is_overdue
    refused_with("WRONG_STATUS", late, entry(EntryKind.OVERDUE, at=9))
    second = step(late, approved(0, "a", 10))
    assert (second.due_at, second.is_overdue) == (NOW + 12 * HOUR, False)
    assert step(second, approved(1, "b", 11)).due_at is None


STAGES = st.builds(
    Stage,
    kind=st.sampled_from(StageKind),
    title=st.just("审"),
    role=st.just(Role.REVIEWER),
    approvals=st.integers(1, 2),
    after_change=st.sampled_from(AfterChange),
    due_hours=st.sampled_from([None, 2]),
)
WORKFLOWS = st.lists(STAGES, min_size=1, max_size=3).flatmap(
    lambda stages: st.lists(st.booleans(), min_size=len(stages), max_size=len(stages)).map(
        lambda shared: _shared(stages, shared)
    )
)


def _shared(stages: list[Stage], shared: list[bool]) -> tuple[Stage, ...]:
    return tuple(
        Stage(**{**workflows.stored([each])[0], "shares_people": share and index > 0})
        for index, (each, share) in enumerate(zip(stages, shared, strict=True))
    )


WHO = st.sampled_from([*PEOPLE, "ab", "bc", "hw", "w"])
TRIED = st.lists(
    st.tuples(st.sampled_from(list(EntryKind)), WHO, st.integers(0, 2), st.booleans()),
    max_size=40,
)
LIKELY = st.lists(
    st.tuples(
        st.sampled_from([EntryKind.APPROVED] * 4 + [EntryKind.REVISED, EntryKind.RESUBMITTED]),
        WHO,
        st.integers(0, 2),
        st.just(True),
    ),
    min_size=10,
    max_size=30,
)


Tried = list[tuple[EntryKind, str, int, bool]]


@given(stages=WORKFLOWS, tried=TRIED)
def test_whatever_is_tried(stages: tuple[Stage, ...], tried: Tried) -> None:
    _try(stages, tried)


@settings(max_examples=200)
@given(stages=WORKFLOWS, tried=LIKELY)
def test_whoever_approves_and_changes(stages: tuple[Stage, ...], tried: Tried) -> None:
    """What goes on in most runs, deeper than by chance alone."""
    _try(stages, tried)


def _try(stages: tuple[Stage, ...], tried: Tried) -> None:
    taken = [entry(EntryKind.SUBMITTED, "w")]
    standing = begin(stages, taken[0])
    for at, (kind, who, number, fits) in enumerate(tried, start=1):
        changes = kind in (EntryKind.REVISED, EntryKind.RESUBMITTED) and number > 0
        next_ = entry(
            kind,
            who,
            at,
            stage=standing.stage if fits else number,
            revision=standing.revision + changes,
        )
        try:
            standing = step(standing, next_)
        except Conflict:
            continue
        taken.append(next_)
        _holds(standing)
    assert replay(stages, taken) == standing


def _holds(standing: Standing) -> None:
    """What states.py promises of every run."""
    stages, circle = standing.stages, circles(standing.stages)
    given_ = [
        (index, approval)
        for index, approvals in enumerate(standing.approvals)
        for approval in approvals
    ]
    times = [approval.at for _, approval in given_]
    assert times == sorted(times)
    for index, approval in given_:
        assert not approval.people & standing.writers
        for other, another in given_:
            apart = circle[other] != circle[index] or (other == index and another is not approval)
            assert not (apart and approval.people & another.people)
    for each, approvals in zip(stages, standing.approvals, strict=True):
        assert len(approvals) <= each.approvals
    complete = [
        len(approvals) == each.approvals
        for each, approvals in zip(stages, standing.approvals, strict=True)
    ]
    if standing.state in (ReviewState.PASSED, ReviewState.PUBLISHED):
        assert all(complete)
    if standing.state is ReviewState.RUNNING:
        assert standing.stage == complete.index(False)


@pytest.mark.parametrize(
    ("stages", "path"),
    [
        ([], ("stages",)),
        ([stage()] * 13, ("stages",)),
        ([stage(title="")], ("stages", "0", "title")),
        ([stage(role=Role.ANALYST)], ("stages", "0", "role")),
        ([stage(), stage(approvals=0)], ("stages", "1", "approvals")),
        ([stage(due_hours=0)], ("stages", "0", "due_hours")),
        ([stage(place=StagePlace.GIVEN)], ("stages", "0", "organization_id")),
        ([stage(organization_id=3)], ("stages", "0", "organization_id")),
        ([stage(shares_people=True)], ("stages", "0", "shares_people")),
    ],
)
def test_what_no_workflow_is(stages: list[Stage], path: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        workflows.check_stages(stages)
    assert caught.value.path == path


def test_stages_are_read_as_they_were_stored() -> None:
    stages = workflows.three_reviews()
    assert workflows.read(workflows.stored(stages)) == stages
