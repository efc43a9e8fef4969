"""Cuts a CSV into blocks of whole source XMLs: each unmasks alone, memory is bounded.

The publisher writes a cell empty when it equals the cell above within one source XML; the first row
of an XML is written in full. So a row that begins with the scraper's folder (the column
found_folder) starts an XML, and nothing is carried over such a border. An XML larger than a block
makes the block grow.
"""

from collections.abc import Iterator
from pathlib import Path

from superzol_etl.errors import BadFile

# Measured: 24 MB is no faster with threads and takes 0.9 instead of 0.5 GB, 4 MB is slower.
BLOCK_BYTES = 8 << 20
HEADER_BYTES = 1 << 16
BOM = b"\xef\xbb\xbf"


def read_header(path: Path) -> tuple[str, ...]:
    """The column names in lower case; () for a file without a byte.

    Raises BadFile when it is no CSV of the publisher.
    """
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if not head:
        return ()
    line = head.split(b"\n", 1)[0].removeprefix(BOM)
    try:
        names = line.decode("utf-8").strip("\r").split(",")
    except UnicodeDecodeError:
        raise BadFile(f"{path.name} is not a CSV: its first line is not UTF-8 text") from None
    columns = tuple(name.strip().strip('"').lower() for name in names)
    if not all(name.isidentifier() for name in columns):
        raise BadFile(f"{path.name} is not a CSV: its first line does not name columns")
    if len(set(columns)) < len(columns):
        raise BadFile(f"{path.name} names a column twice: {','.join(columns)}")
    return columns


def read_blocks(path: Path, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Yields the rows below the header, cut only where a source XML starts."""
    with path.open("rb", buffering=0) as file:
        head = file.read(HEADER_BYTES)
        body = head[head.find(b"\n") + 1 :] if b"\n" in head else b""
        folder, comma, _ = body.partition(b",")
        # Without a folder in the first cell no border can be told: the file is one block.
        mark = b"\n" + folder + comma if folder and comma else None
        while True:
            more = file.read(block_bytes)
            body += more
            cut = len(body) if not more else body.rfind(mark) + 1 if mark else 0
            if cut:
                yield body[:cut]
                body = body[cut:]
            if not more:
                return
