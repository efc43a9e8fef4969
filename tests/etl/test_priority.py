"""A load gives way to others in its session, and as a session to others."""

import os
import subprocess
import sys
from pathlib import Path

from superzol_etl.priority import AUTOGROUP, NICENESS

TOLD = """
import os
from pathlib import Path
from superzol_etl.priority import AUTOGROUP, give_way
give_way()
print(os.getpriority(os.PRIO_PROCESS, 0), AUTOGROUP.read_text() if AUTOGROUP.exists() else "")
"""


def told(*, leads_session: bool) -> list[str]:
    command = [sys.executable, "-c", TOLD]
    run = subprocess.run(
        command, start_new_session=leads_session, capture_output=True, text=True, check=True
    )
    return run.stdout.split()


def test_a_process_gives_way_to_the_others_of_its_session() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    session = AUTOGROUP.read_text().split() if AUTOGROUP.exists() else []
    assert told(leads_session=False) == [str(min(ours + NICENESS, 19)), *session]


def test_a_session_of_its_own_gives_way_to_other_sessions() -> None:
    has_groups = Path("/proc/sys/kernel/sched_autogroup_enabled").exists()
    assert told(leads_session=True)[2:] == (["nice", str(NICENESS)] if has_groups else [])
