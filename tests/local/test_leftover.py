"""A PostgreSQL that outlived its `superzol up`."""

from pathlib import Path

import pytest

from superzol_local.postgres import Postgres

GONE = 2**22 + 1  # beyond every process id


async def test_one_that_ends_by_itself_while_it_is_looked_at_is_as_good_as_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    pid_file.parent.mkdir()
    pid_file.write_text(f"{GONE}\n")
    seen = iter([True])  # and gone at the second look
    monkeypatch.setattr("superzol_local.postgres._is_postgres", lambda *_: next(seen, False))

    await Postgres(tmp_path, tmp_path)._finish_leftover()

    assert not pid_file.exists()
