"""The sample's files are read the same by the compiled scanner and by Polars."""

from collections.abc import Callable
from pathlib import Path

import pytest

from superzol_etl.clean.text import TEST_NAMES
from superzol_etl.decode import parse, promotions
from superzol_etl.decode.blocks import find_blocks, read_block, read_header
from superzol_etl.decode.scan_prices import KnownCodes, scan_prices
from superzol_etl.decode.scan_promotions import scan_promotions
from tests.support.decoded import all_prices, all_promotions, price_layout, promotion_layout

pytestmark = pytest.mark.real


def files(sample: Path, kind: str) -> list[Path]:
    found = sorted((sample / "dataset").glob(f"{kind}_*.csv"))
    return [file for file in found if read_header(file)]


def left_to_polars(found: list[Path], scan: Callable[[bytes, Path], object | None]) -> list[str]:
    return [
        file.name
        for file in found
        for bounds in find_blocks(file)
        if scan(read_block(file, *bounds), file) is None
    ]


def test_prices_are_scanned_and_read_as_by_polars(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = files(sample, "price")
    left = left_to_polars(
        found,
        lambda body, file: scan_prices(
            body, price_layout(file), TEST_NAMES, parse.YES, KnownCodes()
        ),
    )
    scanned = {file: all_prices(file) for file in found}
    monkeypatch.setattr(parse, "scan_prices", lambda *_: None)
    assert {file: all_prices(file) for file in found} == scanned
    assert left == []


def test_promotions_are_scanned_and_read_as_by_polars(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = files(sample, "promo")
    left = left_to_polars(found, lambda body, file: scan_promotions(body, promotion_layout(file)))
    scanned = {file: all_promotions(file) for file in found}
    monkeypatch.setattr(promotions, "scan_promotions", lambda *_: None)
    assert {file: all_promotions(file) for file in found} == scanned
    assert left == []
