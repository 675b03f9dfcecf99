"""The network: organizations, the people credited there, and the corps.

Trees: the database writes each node's path and refuses a cycle, also between two writers. A node that
is added waits for a move of the tree, and a move for nodes being added: else a new node could keep
the path its parent had before.
"""

from tortoise import fields, migrations
from tortoise.contrib.postgres.indexes import GistIndex
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from domain.fields import LtreeField
from domain.organizations.rules import OrganizationKind
from domain.tables import CreateTables, told
from domain.teams.rules import TeamKind

PLACE = """
    CREATE FUNCTION tree_place() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE above ltree;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            PERFORM pg_advisory_xact_lock(hashtextextended('tree:' || TG_TABLE_NAME, 0));
        ELSE
            PERFORM pg_advisory_xact_lock_shared(hashtextextended('tree:' || TG_TABLE_NAME, 0));
        END IF;
        IF NEW.parent_id IS NULL THEN
            NEW.path := NEW.id::text::ltree;
            RETURN NEW;
        END IF;
        EXECUTE format('SELECT path FROM %I WHERE id = $1', TG_TABLE_NAME)
            INTO above USING NEW.parent_id;
        IF NEW.id = NEW.parent_id OR above ~ format('*.%s.*', NEW.id)::lquery THEN
            RAISE EXCEPTION 'a node cannot stand below itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_acyclic';
        END IF;
        NEW.path := coalesce(above, ''::ltree) || NEW.id::text;
        RETURN NEW;
    END $$
"""
CARRY = """
    CREATE FUNCTION tree_carry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format(
            'UPDATE %I SET path = $1 || subpath(path, nlevel($2)) WHERE path <@ $2 AND id <> $3',
            TG_TABLE_NAME
        ) USING NEW.path, OLD.path, NEW.id;
        RETURN NULL;
    END $$
"""
# Compared as texts: pg_dump writes for an empty search_path, and can name no schema of the operator
# in IS DISTINCT FROM. That of ltree is in public: such a dump would be refused when it is restored.
TREES = [
    statement
    for table in ("organization", "team")
    for statement in (
        f"CREATE TRIGGER {table}_place BEFORE INSERT OR UPDATE OF parent_id ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION tree_place()",
        f"CREATE TRIGGER {table}_carry AFTER UPDATE OF parent_id ON {table} FOR EACH ROW"
        " WHEN (OLD.path::text IS DISTINCT FROM NEW.path::text) EXECUTE FUNCTION tree_carry()",
    )
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0001_shared")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Organization",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "parent",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="parent_id",
                            null=True,
                            related_name="children",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharEnumField(enum_type=OrganizationKind, max_length=16)),
                    ("name", fields.CharField(max_length=200)),
                    ("path", LtreeField(default="")),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "organization",
                    "constraints": [
                        CheckConstraint(
                            check="kind IN ('CENTRE', 'BRANCH', 'POINT', 'BASE', 'MEDIA_CENTRE', 'AGENCY')",
                            name="organization_kind_known",
                        ),
                        CheckConstraint(check="name <> ''", name="organization_named"),
                    ],
                    "indexes": [
                        GistIndex(fields=["path"], name="organization_path"),
                        Index(fields=["parent_id", "id"], name="organization_parent"),
                        Index(fields=["kind", "id"], name="organization_kind"),
                        Index(fields=["name", "id"], name="organization_name"),
                    ],
                    "table_description": "A node: centre, branch, point, base, media centre or agency. Everybody may see it.",
                },
            ),
            ops.CreateModel(
                name="Person",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="people",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("name", fields.CharField(max_length=100)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "person",
                    "constraints": [
                        CheckConstraint(check="name <> ''", name="person_named"),
                    ],
                    "indexes": [
                        Index(fields=["organization_id", "id"], name="person_organization"),
                    ],
                    "table_description": "A person by the name under which they are credited.",
                },
            ),
            ops.CreateModel(
                name="Team",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "parent",
                        fields.ForeignKeyField(
                            "domain.Team",
                            source_field="parent_id",
                            null=True,
                            related_name="children",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            null=True,
                            related_name="teams",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharEnumField(enum_type=TeamKind, max_length=16)),
                    ("name", fields.CharField(max_length=200)),
                    ("path", LtreeField(default="")),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "team",
                    "constraints": [
                        CheckConstraint(
                            check="kind IN ('CORPS', 'DETACHMENT', 'SQUADRON', 'SQUAD', 'GROUP', 'LECTURE_GROUP')",
                            name="team_kind_known",
                        ),
                        CheckConstraint(check="name <> ''", name="team_named"),
                    ],
                    "indexes": [
                        GistIndex(fields=["path"], name="team_path"),
                        Index(fields=["parent_id", "id"], name="team_parent"),
                        Index(fields=["kind", "id"], name="team_kind"),
                        Index(fields=["organization_id", "id"], name="team_organization"),
                    ],
                    "table_description": "A node of the corps (总队, 支队, 中队, 小队, group, lecture group). Everybody may see it.",
                },
            ),
        ),
        ops.RunSQL([PLACE, CARRY, *TREES, *told("organization", "person", "team")]),
    ]
