"""The posts of a subject by its indexes are those of the view, newest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests import engagement_district as d

FIRST = datetime(2025, 10, 2, tzinfo=UTC)
SUBJECTS = "SELECT DISTINCT subject_kind, subject_id FROM post_subject"
BY_VIEW = """
SELECT s.post_id FROM post_subject s JOIN post p ON p.id = s.post_id
WHERE s.subject_kind = $1 AND s.subject_id = $2 ORDER BY p.posted_at DESC, p.id DESC LIMIT $3
"""
BY_INDEX = "SELECT post_id FROM newest_posts($1, $2, $3) AS found (post_id)"


async def test_each_subjects_newest_posts_are_found_by_index(database: str) -> None:
    district = await d.build()
    for number, home in enumerate((district.point, district.branch, district.point)):
        await d.post(
            district,
            f"post-{number}",
            organization_id=home,
            article_id=district.article if home == district.point else None,
            posted_at=FIRST + timedelta(days=(number * 2) % 3),
        )
    subjects = await d.rows(SUBJECTS)
    kinds = {row["subject_kind"] for row in subjects}
    assert kinds == {"POST", "ARTICLE", "ACCOUNT", "PARTNER", "ORGANIZATION", "NETWORK"}
    for row in subjects:
        for most in (1, 2, 10):
            asked = (row["subject_kind"], row["subject_id"], most)
            assert await d.rows(BY_INDEX, *asked) == await d.rows(BY_VIEW, *asked)
