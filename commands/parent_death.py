"""Children that end with the process that started them, even when it is killed outright."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: the code between fork and exec must not import or allocate much.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def ends_with_parent(signum: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that has the kernel send `signum` to the child when its parent dies.

    Linux only; elsewhere it does nothing. The kernel watches the thread that forks: start such
    children from the main thread.
    """
    parent = os.getpid()

    def follow() -> None:
        follow_parent(signum)
        if os.getppid() != parent:
            os._exit(1)

    return follow


def follow_parent(signum: signal.Signals) -> None:
    """The same for the process that calls it."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
