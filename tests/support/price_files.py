"""Everything that the decoder says of a price file, to be compared."""

from pathlib import Path
from typing import Any

import numpy as np

from superzol_etl.decode.blocks import read_header
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import PRICE_COLUMNS, PRICE_REQUIRED, Layout
from superzol_etl.decode.prices import read_prices


def layout_of(path: Path) -> Layout:
    """Returns the layout that the file's header tells."""
    return Layout.of(path.name, read_header(path), PRICE_COLUMNS, PRICE_REQUIRED)


def read_all(path: Path) -> list[Any]:
    """Reads a file of full prices, block by block."""
    book = CodeBook()
    told: list[Any] = []
    for block in read_prices(path, layout_of(path), True, book):
        words = [text.to_list() for text in block.words.at(np.arange(len(block.code)))]
        arrays = (block.part, block.price, block.flags, block.line)
        codes = [book.codes()[number] for number in block.code.tolist()]
        told += [codes, *(array.tolist() for array in arrays), words]
        told += [block.parts, block.rows, block.refused, block.rejects]
    return told
