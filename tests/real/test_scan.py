"""The sample's price files are read the same by the compiled scanner and by Polars."""

from pathlib import Path

import pytest

from superzol_etl.clean.text import TEST_NAMES
from superzol_etl.decode import parse
from superzol_etl.decode.blocks import find_blocks, read_block, read_header
from superzol_etl.decode.scan import scan
from tests.support.price_files import layout_of, read_all

pytestmark = pytest.mark.real


def test_the_sample_is_scanned_and_read_as_by_polars(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [file for file in sorted((sample / "dataset").glob("price_*.csv")) if read_header(file)]
    left = [
        file.name
        for file in files
        for bounds in find_blocks(file)
        if scan(read_block(file, *bounds), layout_of(file), TEST_NAMES, parse.YES) is None
    ]
    scanned = {file: read_all(file) for file in files}
    monkeypatch.setattr(parse, "scan", lambda *_: None)
    assert {file: read_all(file) for file in files} == scanned
    assert left == []
