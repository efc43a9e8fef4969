"""A rebuild that fills a hole and is killed at any step is completed by the same command."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.etl.conftest import State
from tests.support.loading import kill_where_it_waits, kill_where_it_writes, run, snapshot
from tests.support.snapshots import Item, Xml, prices_csv, write_snapshot

ReadState = Callable[[], Awaitable[State]]

WRITTEN = [
    "price_span",  # within the transaction that joins
    "publication",  # at the end of it
    "product_stat",  # with the hole closed
]
CLOSING = ["day", "closed_at"]  # columns of dataset_version, set after the chain is joined
STOP = """
CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(77, 0); RETURN NEW; END $$;
CREATE TRIGGER stop BEFORE UPDATE ON dataset_version
    FOR EACH ROW WHEN (OLD.{0} IS NULL AND NEW.{0} IS NOT NULL) EXECUTE FUNCTION stop()
"""
GO_ON = "DROP TRIGGER stop ON dataset_version; DROP FUNCTION stop"


class Hole:
    """Versions 1 and 3 of two chains are loaded, and 2 is to be filled in alpha."""

    def __init__(self, database: str, folder: Path) -> None:
        self.lake = folder / "lake"
        self.place = ["--lake", str(self.lake), "--database", database]
        for day in (1, 3):
            source = str(snapshot(folder, day, ("alpha", "beta")))
            run("refresh", "--source", source, "--version", str(day), *self.place)
        # A branch that version 3 does not mention: it stays, and changes what 3 comes to.
        branch = Xml("4", "202606020600", [Item("1", "2.00")])
        hole = {"price_full_file_alpha.csv": prices_csv("PriceFull", [branch])}
        folder = write_snapshot(folder / "hole", hole)
        self.order = ["rebuild", "alpha@2..", "--hole", f"2={folder}", *self.place]

    def notes(self) -> dict[str, str]:
        """What the lake says of its versions."""
        return {path.name: path.read_text() for path in self.lake.glob("versions/*")}


@pytest.fixture
def hole(database: str, tmp_path: Path) -> Hole:
    return Hole(database, tmp_path)


@pytest.mark.parametrize("step", [*WRITTEN, *CLOSING])
async def test_the_same_command_completes_a_hole_whose_filling_was_killed(
    hole: Hole, connection: asyncpg.Connection, final_state: ReadState, step: str
) -> None:
    if step in CLOSING:
        await connection.execute(STOP.format(step))
        await kill_where_it_waits(connection, 77, 0, *hole.order)
        await connection.execute(GO_ON)
    else:
        await kill_where_it_writes(step, connection, *hole.order)
    again = run(*hole.order)
    assert (again.exit_code, again.summary.get("result")) == (0, "Rebuilt"), again.stderr
    completed, notes = await final_state(), hole.notes()
    assert "alpha" in notes["2.json"]
    repeated = run(*hole.order)
    assert (repeated.exit_code, repeated.summary["changed"]) == (0, 0), repeated.stderr
    assert (await final_state(), hole.notes()) == (completed, notes)
    assert completed["version", "2"].endswith("|t")


async def test_a_filling_killed_between_two_notes_of_the_lake_is_completed(hole: Hole) -> None:
    before = hole.notes()["3.json"]
    assert run(*hole.order).exit_code == 0
    after = hole.notes()
    assert json.loads(after["3.json"]) != json.loads(before)
    # The chain says its new digest, the version still the old one.
    (hole.lake / "versions" / "3.json").write_text(before)
    (hole.lake / "versions" / "2.json").unlink()
    assert run(*hole.order).exit_code == 0
    assert hole.notes() == after


async def test_other_files_fill_no_version_that_is_loaded(hole: Hole, tmp_path: Path) -> None:
    assert run(*hole.order).exit_code == 0
    other = f"2={snapshot(tmp_path / 'other', 4, ('alpha',))}"
    refused = run("rebuild", "alpha@2..", "--hole", other, *hole.place)
    assert refused.exit_code == 65
    assert "version 2 of alpha is loaded with other files" in refused.stderr
