"""Gives way to those who serve and ask on the same machine."""

import contextlib
import os
from pathlib import Path

NICENESS = 10
AUTOGROUP = Path("/proc/self/autogroup")


def give_way() -> None:
    """Runs this process at a higher nice value, and what it starts.

    Where it leads its session, the session too: Linux shares its time among sessions first, and
    `superzol up` starts each program in one of its own. See sched(7).
    """
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # not Linux, or without groups
            AUTOGROUP.write_text(str(NICENESS))
