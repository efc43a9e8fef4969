"""What chain_version tells of a version is true after a hole before it was filled."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.etl.conftest import State
from tests.support.loading import EMPTY_ALL, run
from tests.support.snapshots import Chain, Item, Xml, full, prices_csv, write_snapshot

ReadState = Callable[[], Awaitable[State]]

CUT = "cut or shrunken full file applied as delta, stores: alpha:1"
STALE = "files older than those loaded left out, stores: alpha:1"
READ_REASON = "SELECT reason FROM chain_version WHERE version = $1"


def goods(count: int, at: str) -> Xml:
    return full(*(Item(str(code), "5.00") for code in range(1, count + 1)), at=at)


def of_chain(state: State) -> State:
    """Without the days of versions: those of closed ones stay as all chains were told them."""
    return {key: value for key, value in state.items() if key[0] != "version"}


@pytest.mark.parametrize(
    ("days", "before", "after"),
    [
        # Six goods are too few after ten, and no longer so after eight.
        ([(10, "202606010600"), (8, "202606020600"), (6, "202606030600")], CUT, None),
        ([(10, "202606010600"), (9, "202606050600"), (10, "202606030600")], None, STALE),
    ],
)
async def test_the_versions_after_a_hole_are_flagged_as_if_it_had_been_loaded_in_time(
    chain: Chain,
    connection: asyncpg.Connection,
    final_state: ReadState,
    days: list[tuple[int, str]],
    before: str | None,
    after: str | None,
) -> None:
    lake = ("--lake", str(chain.folder / "lake"))
    files = {
        version: {"price_full_file_alpha.csv": prices_csv("PriceFull", [goods(*day)])}
        for version, day in enumerate(days, 1)
    }
    for version in (1, 3):
        chain.load_files(files[version], *lake, "--version", str(version))
    assert await connection.fetchval(READ_REASON, 3) == before
    hole = write_snapshot(chain.folder / "hole", files[2])
    order = ["alpha@2..", "--hole", f"2={hole}", *lake, "--database", chain.database]
    assert run("rebuild", *order).exit_code == 0
    filled = await final_state()
    assert await connection.fetchval(READ_REASON, 3) == after
    again = run("rebuild", "alpha@1..", *lake, "--database", chain.database)
    assert (again.exit_code, await final_state()) == (0, filled), again.stderr
    await connection.execute(EMPTY_ALL)
    for version in (1, 2, 3):
        chain.load_files(files[version], "--version", str(version))
    assert of_chain(await final_state()) == of_chain(filled)


async def test_a_version_held_back_has_no_reason_once_its_hole_is_filled(
    chain: Chain, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    lake = ("--lake", str(chain.folder / "lake"))
    chain.load([goods(2, "202606010600")], [], *lake)
    bad = {"price_full_file_alpha.csv": b"itemcode\n1\n"}
    assert chain.load_files(bad, *lake, "--version", "2").exit_code == 65
    assert "lacks the required columns" in await connection.fetchval(READ_REASON, 2)
    chain.load([goods(2, "202606030600")], [], *lake, "--version", "3")
    good = {"price_full_file_alpha.csv": prices_csv("PriceFull", [goods(2, "202606020600")])}
    hole = write_snapshot(tmp_path / "hole", good)
    order = ["alpha@2..", "--hole", f"2={hole}", *lake, "--database", chain.database]
    assert run("rebuild", *order).exit_code == 0
    assert await connection.fetchval(READ_REASON, 2) is None
