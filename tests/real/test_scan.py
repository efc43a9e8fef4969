"""The sample's price files are read the same by the compiled scanner and by Polars."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from superzol_etl.clean.text import TEST_NAMES
from superzol_etl.decode import parse
from superzol_etl.decode.blocks import find_blocks, read_block, read_header
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import PRICE_COLUMNS, PRICE_REQUIRED, Layout
from superzol_etl.decode.prices import read_prices
from superzol_etl.decode.scan import scan

pytestmark = pytest.mark.real


def read(path: Path, layout: Layout) -> list[Any]:
    book = CodeBook()
    told: list[Any] = []
    for block in read_prices(path, layout, True, book):
        words = [text.to_list() for text in block.words.at(np.arange(len(block.code)))]
        arrays = (block.part, block.price, block.flags, block.line)
        codes = [book.codes()[number] for number in block.code.tolist()]
        told += [codes, *(array.tolist() for array in arrays), words]
        told += [block.parts, block.rows, block.refused, block.rejects]
    return told


def test_the_sample_is_scanned_and_read_as_by_polars(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [file for file in sorted((sample / "dataset").glob("price_*.csv")) if read_header(file)]
    layouts = {
        file: Layout.of(file.name, read_header(file), PRICE_COLUMNS, PRICE_REQUIRED)
        for file in files
    }
    left = [
        file.name
        for file in files
        for bounds in find_blocks(file)
        if scan(read_block(file, *bounds), layouts[file], TEST_NAMES, parse.YES) is None
    ]
    scanned = {file: read(file, layouts[file]) for file in files}
    monkeypatch.setattr(parse, "scan", lambda *_: None)
    assert {file: read(file, layouts[file]) for file in files} == scanned
    assert left == []
