"""What the processes may do in the database: everything but altering history.

`./xinfeng migrate` owns the tables. The processes work as a role without login, `xinfeng_app`, that
may not update, delete or truncate what is only ever appended to, so that even a forgotten trigger
lets nothing through; the chain of audit entries they may only read. Where the owner may not make
roles, they work as the owner, and the triggers alone refuse.
"""

from __future__ import annotations

from contextlib import suppress

import asyncpg

ROLE = "xinfeng_app"
APPENDED = (
    "observation",
    "article_revision",
    "audit_entry",
    "delivery",
    "raw_answer",
    "restatement",
    "review_entry",
)
READ = ("audit_link",)

# PostgreSQL 16 tells who may become a role apart from who merely has its rights.
MAY_BECOME = f"""
SELECT rolname FROM pg_roles
WHERE rolname = '{ROLE}' AND CASE WHEN current_setting('server_version_num')::int >= 160000
    THEN pg_has_role(oid, 'SET') ELSE pg_has_role(oid, 'MEMBER') END
"""
HAS_RIGHTS = """
coalesce(has_table_privilege(rolname, to_regclass('observation')::oid, 'INSERT'), false)
"""
BECOME = f"""
SELECT set_config('role', rolname, false) FROM ({MAY_BECOME}) AS role WHERE {HAS_RIGHTS}
"""
PARTS = """
SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'observation'::regclass
"""
SCHEMAS = ("public", "jobs")
GRANT = "".join(
    f"GRANT USAGE ON SCHEMA {schema} TO {ROLE};"
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {ROLE};"
    f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {ROLE};"
    for schema in SCHEMAS
)
REVOKE = (
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(APPENDED)} FROM {ROLE};"
    f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {', '.join(READ)} FROM {ROLE};"
)


async def give_rights(connection: asyncpg.Connection) -> str:
    """Makes the role and gives it its rights here; safe to repeat. Returns why not, or nothing."""
    with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        try:
            await connection.execute(f"CREATE ROLE {ROLE} NOLOGIN")
        except asyncpg.InsufficientPrivilegeError:
            if not await _exists(connection):
                return f"the database's user may not make the role {ROLE}"
    if await connection.fetchval(MAY_BECOME) is None:
        try:
            await connection.execute(f"GRANT {ROLE} TO CURRENT_USER")
        except asyncpg.InsufficientPrivilegeError:
            return f"the database's user may not become the role {ROLE}"
    async with connection.transaction():
        await connection.execute(GRANT + REVOKE)
        for part in await connection.fetch(PARTS):
            await connection.execute(f"REVOKE ALL ON {part['name']} FROM {ROLE}")
            await connection.execute(f"GRANT SELECT ON {part['name']} TO {ROLE}")
    return ""


async def become_application(connection: asyncpg.Connection) -> None:
    """From now on this connection has the application's rights, where there is such a role."""
    await connection.fetchval(BECOME)


async def _exists(connection: asyncpg.Connection) -> bool:
    return bool(await connection.fetchval("SELECT TRUE FROM pg_roles WHERE rolname = $1", ROLE))
