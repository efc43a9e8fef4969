"""No program shows the password of its database, however the URL is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

PASSWORD = "hunter2"
PROGRAMS = {
    "superzol_server": ["serve", "--port", "0", "--http-port", "0"],
    "superzol_schema": ["upgrade"],
    "superzol_local": ["up", "--port", "50999"],
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{PASSWORD}/x@localhost/name",
        f"postgresql://user:{PASSWORD}#x@localhost/name",
        f"postgresql://user:{PASSWORD}?x@localhost/name",
        f"postgresql://user:{PASSWORD}[x@localhost/name",
        f"postgresql://user:{PASSWORD}@localhost:port/name",
        f"postgresql://user:{PASSWORD}@localhost/name?sslmode=wrong",
        f"postgresql://user:{PASSWORD}@127.0.0.1:1/name",
        f"{PASSWORD}://localhost/name",
        f"user:{PASSWORD}@localhost/name",
    ],
)
def test_password_is_shown_on_no_way_to_fail(program: str, url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", program, *PROGRAMS[program], "--database", url]
    failed = subprocess.run(
        command,
        cwd=tmp_path,
        env={"SUPERZOL_SERVER_START_SECONDS": "0.1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert failed.returncode in (75, 78)
    assert PASSWORD not in failed.stdout + failed.stderr + "".join(written)
