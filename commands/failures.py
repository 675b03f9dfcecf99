"""What stops a command with one clear line instead of a traceback."""

from __future__ import annotations


class CommandFailed(Exception):
    """The command cannot go on; the message is for the person at the terminal."""
