"""Everything that the decoder says of a file, to be compared."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from superzol_etl.decode.blocks import read_header
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import (
    PRICE_COLUMNS,
    PRICE_REQUIRED,
    PROMOTION_COLUMNS,
    PROMOTION_REQUIRED,
    Layout,
)
from superzol_etl.decode.prices import read_prices
from superzol_etl.decode.promotions import BodyBook, read_promotions
from superzol_etl.errors import BadFile


def price_layout(path: Path) -> Layout:
    """Returns the layout that the header of a price file tells."""
    return Layout.of(path.name, read_header(path), PRICE_COLUMNS, PRICE_REQUIRED)


def promotion_layout(path: Path) -> Layout:
    """Returns the layout that the header of a promotion file tells."""
    return Layout.of(path.name, read_header(path), PROMOTION_COLUMNS, PROMOTION_REQUIRED)


def all_prices(path: Path) -> list[Any]:
    """Reads a file of full prices, block by block."""
    book = CodeBook()
    told: list[Any] = []
    for block in read_prices(path, price_layout(path), True, book):
        words = [text.to_list() for text in block.words.at(np.arange(len(block.code)))]
        arrays = (block.part, block.price, block.flags, block.line)
        codes = [book.codes()[number] for number in block.code.tolist()]
        told += [codes, *(array.tolist() for array in arrays), words]
        told += [block.parts, block.rows, block.refused, block.rejects]
    return told


def all_promotions(path: Path) -> list[Any]:
    """Reads a file of full promotions, block by block, with what each row says."""
    book = BodyBook()
    told: list[Any] = []
    for block in read_promotions(path, promotion_layout(path), True, book):
        bodies = [book.bodies[number] for number in block.body.tolist()]
        told += [bodies, block.part.tolist(), block.parts, block.rows]
        told += [block.refused, block.rejects]
    return told


def block(*rows: str) -> bytes:
    """Returns rows as lines of a file."""
    return "".join(f"{row}\n" for row in rows).encode()


def told_by(read: Callable[[Path], list[Any]], name: str, content: bytes) -> list[Any] | str:
    """Reads a file of this name and content; a bad file tells why nothing is read of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            return read(path)
        except BadFile as error:
            return str(error)
