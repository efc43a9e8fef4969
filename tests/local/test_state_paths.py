"""A state folder may have any name."""

from pathlib import Path

import pytest

from tests.local.running import left_of, running
from tests.support.loading import snapshot


@pytest.mark.parametrize("name", ["prices, of today", "מחירים", "x" * 100])
def test_a_state_folder_of_any_name_serves(tmp_path: Path, name: str) -> None:
    state = tmp_path / name

    with running(state, "--data", str(snapshot(tmp_path, 1))) as up:
        assert "serving on" in up.output
    assert left_of(state) == []
