"""What a site's archive holds, in the order in which it can be entered again, and what it does not.

Every table of the database stands in TABLES or in NOT_CARRIED: a test looks.
"""

from __future__ import annotations

from typing import NamedTuple

NEVER_KNOWN = "sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))"
"""A fingerprint of nothing that anybody knows."""


class Table(NamedTuple):
    """A table of the archive.

    order: in which its rows stand, so that each comes after those of the table it refers to.
    left_out: columns that stay behind. entered: what a column of the archive's row `r` becomes on
    entering, as SQL; `given.now` is the moment, `given.secret` a sealed secret nobody knows.
    at_once: how many rows are read at a time; few where one holds megabytes.
    """

    name: str
    order: str = "id"
    left_out: tuple[str, ...] = ()
    entered: tuple[tuple[str, str], ...] = ()
    at_once: int = 500


TABLES = (
    Table("organization", order="nlevel(path), id"),
    Table("person"),
    Table("team", order="nlevel(path), id"),
    Table("category", order="nlevel(path), id"),
    Table("campaign"),
    Table("partner"),
    Table("account", left_out=("credential",)),
    Table(
        "app_user",
        entered=(("state", "CASE r.state WHEN 'ACTIVE' THEN 'INVITED' ELSE r.state END"),),
    ),
    Table(
        "token",
        left_out=("sha256",),
        entered=(("sha256", NEVER_KNOWN), ("revoked_at", "coalesce(r.revoked_at, given.now)")),
    ),
    Table("role_grant"),
    Table("article"),
    Table("article_revision"),
    Table("revision_name", order="revision_id"),
    Table("article_import"),
    Table("media", left_out=("letters",)),
    Table("media_rendition"),
    Table("article_media"),
    Table(
        "preview_link",
        left_out=("sha256",),
        entered=(
            ("sha256", NEVER_KNOWN),
            ("revoked_at", "coalesce(r.revoked_at, given.now)"),
            ("revoked_by", "coalesce(nullif(r.revoked_by, ''), 'the import of the site')"),
        ),
    ),
    Table("review_workflow"),
    Table("review_assignment"),
    Table("review_term"),
    Table("review"),
    Table("review_entry"),
    Table("review_finding"),
    Table("review_fingerprint"),
    Table(
        "review_invitation",
        left_out=("sha256",),
        entered=(
            ("sha256", NEVER_KNOWN),
            ("voided_at", "CASE WHEN r.used_at IS NULL THEN coalesce(r.voided_at, given.now) END"),
        ),
    ),
    Table("search_synonym"),
    Table("article_column"),
    Table("column_entry"),
    Table("front"),
    Table("front_entry"),
    Table("article_highlight"),
    Table("post", order="repost_of_id IS NOT NULL, id"),
    Table("distribution"),
    Table("pull_budget"),
    Table("account_pull", order="account_id"),
    Table("post_pull", order="post_id"),
    Table("delivery", at_once=8),
    Table("remembered_push"),
    Table("restatement"),
    Table("raw_body", at_once=8),
    Table("raw_answer"),
    Table("observation"),
    Table("inflation_flag"),
    Table("engagement_discount"),
    Table("engagement_total_history", order="believed_from"),
    Table("engagement_daily_history", order="believed_from"),
    Table("engagement_hourly_history", order="believed_from"),
    Table(
        "webhook_endpoint",
        left_out=("secret", "older_secret", "older_until"),
        entered=(
            ("secret", "given.secret"),
            ("disabled_at", "coalesce(r.disabled_at, given.now)"),
            (
                "disabled_why",
                "CASE WHEN r.disabled_at IS NULL THEN 'its secret stayed behind'"
                " ELSE r.disabled_why END",
            ),
        ),
    ),
    Table(
        "webhook_message",
        entered=(
            ("state", "CASE r.state WHEN 'PENDING' THEN 'DEAD' ELSE r.state END"),
            ("ended_at", "coalesce(r.ended_at, given.now)"),
        ),
    ),
    Table("webhook_crossing"),
    Table("audit_entry"),
    Table("article_embargo", order="article_id"),
    Table("publication_plan"),
)

DERIVED = "derived from what is carried, when that is entered"
SECRET = "a secret: given anew"
PASSING = "of the deployment and the moment, not of the site"
NOT_CARRIED = {
    "article_editing": PASSING,
    "article_listing": DERIVED,
    "article_in_category": DERIVED,
    "article_tag": DERIVED,
    "article_within": DERIVED,
    "audit_link": "chained anew: a chain proves that this deployment's own trail is whole",
    "campaign_within": DERIVED,
    "engagement_daily": DERIVED,
    "engagement_dirty": DERIVED,
    "engagement_hourly": DERIVED,
    "engagement_total": DERIVED,
    "list_size": DERIVED,
    "metric_definition": "the version's own: `migrate` writes it",
    "openid_identity": "another deployment's provider vouches for it: bound anew",
    "post_listing": DERIVED,
    "post_within": DERIVED,
    "recovery_code": SECRET,
    "search_entry": DERIVED,
    "second_factor": SECRET,
    "sign_in_attempt": PASSING,
    "signing_secret": SECRET,
    "site_import": PASSING,
    "team_within": DERIVED,
    "token_use": PASSING,
    "tortoise_migrations": "the version's own",
    "user_link": SECRET,
    "user_password": SECRET,
    "user_session": SECRET,
}
"""Every other table, and why it stays behind."""

LEFT_BEHIND = {
    "userPasswords": "user_password",
    "secondFactors": "second_factor",
    "openIdIdentities": "openid_identity",
    "tokens": "token WHERE revoked_at IS NULL",
    "accountCredentials": "account WHERE credential IS NOT NULL",
    "signingSecrets": "signing_secret",
    "webhookEndpoints": "webhook_endpoint WHERE disabled_at IS NULL",
    "previewLinks": "preview_link WHERE revoked_at IS NULL",
    "reviewInvitations": "review_invitation WHERE used_at IS NULL AND voided_at IS NULL",
}
"""What somebody has to give anew, counted for the manifest: FROM what."""
