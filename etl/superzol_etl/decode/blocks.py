"""Cuts a CSV into blocks of whole source XMLs: each unmasks alone, memory is bounded.

The publisher writes a cell empty when it equals the cell above within one source XML; the first row
of an XML is written in full. So a row that begins with the scraper's folder (the column
found_folder) starts an XML, and nothing is carried over such a border. An XML larger than a block
makes the block grow.
"""

from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from superzol_etl.decode.rows import BOM, read_names, xml_start
from superzol_etl.errors import BadFile

# Measured: 24 MB is no faster with threads and takes 0.9 instead of 0.5 GB, 4 MB is slower.
BLOCK_BYTES = 8 << 20
FIRST_BYTES = 1 << 20  # the first blocks are small, so that products can be looked up soon
HEADER_BYTES = 1 << 16
WINDOW_BYTES = 1 << 16
UTF16 = "text in UTF-16: write it as UTF-8"
OTHER_FORMS = {
    b"\x1f\x8b": "packed by gzip: unpack it",
    b"PK\x03\x04": "a zip: unpack it",
    b"\xff\xfe": UTF16,
    b"\xfe\xff": UTF16,
}


def read_header(path: Path) -> tuple[str, ...]:
    """The column names in lower case; () for a file without a byte.

    Raises BadFile when it is no CSV of the publisher.
    """
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if not head:
        return ()
    for beginning, told in OTHER_FORMS.items():
        if head.startswith(beginning):
            raise BadFile(f"{path.name} is not a CSV: it is {told}")
    line, newline, _ = head.partition(b"\n")
    if not newline and len(head) == HEADER_BYTES:
        raise BadFile(
            f"{path.name} is not a CSV: its first line is longer than {HEADER_BYTES} bytes"
        )
    try:
        names = read_names(line)
    except UnicodeDecodeError:
        raise BadFile(f"{path.name} is not a CSV: its first line is not UTF-8 text") from None
    if b"\r" in line.strip(b"\r"):
        raise BadFile(f"{path.name} is not a CSV: its lines end in CR without LF")
    return names


def find_blocks(
    path: Path, block_bytes: int = BLOCK_BYTES, window_bytes: int = WINDOW_BYTES
) -> Iterator[tuple[int, int]]:
    """Yields where each block starts and ends, header left out; cuts only where an XML starts."""
    size = path.stat().st_size
    with path.open("rb", buffering=0) as file:
        head = file.read(HEADER_BYTES)
        start = head.find(b"\n") + 1 or size
        folder = xml_start(head[start:])
        # Without a folder in the first column no border can be told: the file is one block.
        is_marked = head.removeprefix(BOM)[:13].strip(b'"').lower().startswith(b"found_folder")
        mark = b"\n" + folder if is_marked and folder else None
        end, step = start, min(FIRST_BYTES, block_bytes)
        while start < size:
            end = min(end + step, size)
            step = min(2 * step, block_bytes)
            cut = end if end == size else None
            if cut is None and mark:
                cut = _last_border(file, mark, start, end, window_bytes)
            if cut:
                yield start, cut
                start = end = cut


def _last_border(file: FileIO, mark: bytes, start: int, end: int, window_bytes: int) -> int | None:
    """Where the last XML that starts within (start, end) starts; looks at the end first."""
    low, high = end, end
    while low > start:
        low = max(low - window_bytes, start)
        file.seek(low)
        # The mark may stand across two windows.
        found = file.read(min(high + len(mark), end) - low).rfind(mark)
        if found >= 0:
            return low + found + 1
        high = low
    return None


def read_block(path: Path, start: int, end: int) -> bytes:
    """The bytes of one block."""
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        return file.read(end - start)
