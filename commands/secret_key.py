"""The key of a data directory: made once, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32


def kept_key(directory: Path) -> str:
    """The key in `directory/secret-key`; the first caller makes it, all get the same one."""
    path = directory / "secret-key"
    if not path.exists():
        draft = directory / f"secret-key.{os.getpid()}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES) + "\n")
        # A link fails where a rename would replace: whoever comes second keeps the first's key.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
