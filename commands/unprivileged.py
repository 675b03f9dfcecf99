"""PostgreSQL refuses to run as root: who runs it instead, and what that user may reach."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commands.failures import CommandFailed

USER = "xinfeng-postgres"


@dataclass(frozen=True, slots=True)
class Identity:
    """The user and group a process runs as; None is whoever started the command."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def identity_for(directory: Path) -> Identity:
    """Who runs PostgreSQL on this data directory. As root: its owner, or a system user made once.

    Raises CommandFailed when the directory belongs to somebody else or no user can be made.
    """
    owner = directory.stat().st_uid if directory.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise CommandFailed(
                f"{directory} belongs to user {_name(owner)}: run as that user, "
                "or set XINFENG_DATA_DIR to a directory of your own"
            )
        return Identity()
    entry = pwd.getpwuid(owner) if owner else _system_user()
    return Identity(entry.pw_uid, entry.pw_gid)


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        pass
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise CommandFailed(
            "PostgreSQL does not run as root, and there is no useradd to make a user for it: "
            f"make a user named {USER}, or run this as an ordinary user, or set DATABASE_URL"
        )
    made = subprocess.run(
        [program, "--system", "--no-create-home", "--shell", "/bin/false", USER],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        raise CommandFailed(
            f"useradd could not make the user {USER} that PostgreSQL runs as: {made.stderr.strip()}"
        ) from None


def let_through(identity: Identity, path: Path, report: Callable[[str], None]) -> None:
    """Let the user pass through (not list, not read) the directories above `path`."""
    if identity.uid is None:
        return
    closed = [
        directory
        for directory in reversed(path.resolve().parents)
        if not _may_pass(identity, directory)
    ]
    for directory in closed:
        directory.chmod(stat.S_IMODE(directory.stat().st_mode) | stat.S_IXOTH)
    if closed:
        names = ", ".join(map(str, closed))
        report(f"allowing other users to pass through (not read): {names}")


def _may_pass(identity: Identity, directory: Path) -> bool:
    status = directory.stat()
    if status.st_uid == identity.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == identity.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
