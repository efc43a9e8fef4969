"""One `superzol up` with the sample for the tests that only ask it.

`asked_state` (session) its state folder.
`up`          (session) the process, which serves.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.running import Running, running


@pytest.fixture(scope="session")
def asked_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("asked") / "state"


@pytest.fixture(scope="session")
def up(asked_state: Path) -> Iterator[Running]:
    with running(asked_state) as up:
        yield up
