"""The load of the sample accounts for every row, and a repeat of it writes nothing."""

from pathlib import Path

import asyncpg
import pytest

from tests.real.conftest import Loaded
from tests.real.oracle import read_price_files
from tests.real.programs import refresh
from tests.real.published import read_rows

pytestmark = pytest.mark.real

HERE = Path(__file__).parent


async def test_run_is_partial_and_names_the_bad_file(loaded: Loaded) -> None:
    assert loaded.run.exit_code == 0, loaded.run.messages
    assert loaded.run.summary["result"] == "Partial"
    assert "store_file_victory.csv" in str(loaded.run.summary)


async def test_rows_of_every_file_are_loaded_superseded_or_rejected(
    loaded: Loaded, sample: Path
) -> None:
    reports = {report["file"]: report for report in await _fetch(loaded.database, "file_reports")}

    paths = [
        path
        for kind in ("price_*", "store_file_*")
        for path in (sample / "dataset").glob(f"{kind}.csv")
    ]
    for path in paths:
        report = reports[path.name]
        if path.name == "store_file_victory.csv":
            assert report["state"] == "bad"
            continue
        rows = sum(1 for _ in read_rows(path))
        accounted = report["loaded"] + report["superseded"] + report["rejected"]
        assert (path.name, report["rows"], accounted) == (path.name, rows, rows)


async def test_price_files_load_what_the_xml_offers(loaded: Loaded, sample: Path) -> None:
    reports = {report["file"]: report for report in await _fetch(loaded.database, "file_reports")}
    for file in read_price_files(sample / "raw_xml"):
        kind = "price_full_file" if file.file.startswith("PriceFull") else "price_file"
        report = reports[f"{kind}_{file.chain_id}.csv"]
        unpriced = sum(offer.price_agorot is None for offer in file.offers.values())
        repeated = file.rows - len(file.offers)
        assert (report["loaded"], report["superseded"], report["rejected"]) == (
            len(file.offers) - unpriced,
            repeated,
            unpriced,
        )


async def test_item_without_a_price_is_the_only_reject(loaded: Loaded, sample: Path) -> None:
    rejects = await _fetch(loaded.database, "rejects")

    file = "price_full_file_fresh_market_and_super_dosh.csv"
    last_line = (sample / "dataset" / file).read_text(encoding="utf-8").splitlines()[-1]
    assert [(reject["file"], reject["line"], reject["reason"]) for reject in rejects] == [
        (file, 3083, "price_missing")
    ]
    assert rejects[0]["raw"] == last_line


async def test_second_load_of_the_same_folder_writes_nothing(loaded: Loaded, sample: Path) -> None:
    before = await _fetch(loaded.database, "checksum")

    run = refresh(loaded.database, sample / "dataset")

    assert (run.exit_code, run.summary["result"]) == (0, "Unchanged"), run.messages
    assert await _fetch(loaded.database, "checksum") == before


async def _fetch(database: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetch((HERE / f"{statement}.sql").read_text(encoding="utf-8"))
    finally:
        await connection.close()
