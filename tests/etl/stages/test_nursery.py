"""Workers are forked from a process that has imported what they need."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.loading import run, snapshot

LONGEST_SOCKET_PATH = 107


@pytest.fixture
def folder() -> Iterator[Path]:
    """One of a short name, in which a socket can lie."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("name", ["short", "long" * (LONGEST_SOCKET_PATH // 4)])
def test_workers_load_and_leave_no_temporary_file_where_a_socket_can_lie_and_where_not(
    database: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    source, temporary = snapshot(tmp_path, 1), folder / name
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    outcome = run("refresh", "--database", database, "--source", str(source), "--workers", "2")
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded"), outcome.stderr
    assert list(temporary.iterdir()) == []
