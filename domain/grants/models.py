"""Who holds which role where."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.access import Role
from domain.columns import check, one_of
from domain.organizations.models import Organization
from domain.tokens.models import Token
from domain.users.models import User


class RoleGrant(Model):
    """A role of one holder, a user or a token, at an organization and everything below it.

    organization: none for the whole network.
    starts_at, ends_at: when it holds, ends_at excluded; without ends_at until it is ended.
    delegated_from: the grant of whoever handed it on: it holds only while that one does.
    granted_by: who gave it, as the audit trail names them.
    ended_at, ended_by: when it was taken back before its time, and by whom.
    """

    user_id: int | None
    token_id: int | None
    organization_id: int | None
    delegated_from_id: int | None

    id = fields.BigIntField(primary_key=True)
    role = fields.CharEnumField(Role, max_length=16)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "domain.User", null=True, on_delete=fields.RESTRICT, related_name="grants"
    )
    token: fields.ForeignKeyNullableRelation[Token] = fields.ForeignKeyField(
        "domain.Token", null=True, on_delete=fields.RESTRICT, related_name="grants"
    )
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", null=True, on_delete=fields.RESTRICT, related_name="grants"
    )
    delegated_from: fields.ForeignKeyNullableRelation[RoleGrant] = fields.ForeignKeyField(
        "domain.RoleGrant", null=True, on_delete=fields.RESTRICT, related_name="delegations"
    )
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    granted_by = fields.CharField(max_length=200)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    ended_by = fields.CharField(max_length=200, default="")

    class Meta:
        table = "role_grant"
        indexes = (
            Index(fields=("user_id", "id"), name="role_grant_user"),
            Index(fields=("token_id", "id"), name="role_grant_token"),
            Index(fields=("organization_id", "id"), name="role_grant_organization"),
            Index(fields=("delegated_from_id",), name="role_grant_delegated"),
        )
        constraints = (
            one_of("role_grant", "role", Role),
            check("role_grant", "held", "num_nonnulls(user_id, token_id) = 1"),
            check("role_grant", "period", "ends_at > starts_at"),
            check("role_grant", "ended", "(ended_at IS NULL) = (ended_by = '')"),
            check(
                "role_grant",
                "delegated_for_a_while",
                "delegated_from_id IS NULL OR ends_at IS NOT NULL",
            ),
        )
