"""Decodes store rows: one description per row, bad rows apart."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from superzol_etl.clean.text import blank_placeholder
from superzol_etl.decode.blocks import find_blocks, read_block
from superzol_etl.decode.columns import FOLDER, Layout, filled, marked_at_start
from superzol_etl.decode.runs import RUN_COLUMNS, Run, find_runs
from superzol_etl.decode.table import read_table
from superzol_etl.records import Reject

TEXTS = ("chainname", "subchainname", "storetype", "storename", "address", "city", "zipcode")
CONSTANT = (FOLDER, "file_name", "chainid")
READ = (*RUN_COLUMNS, *TEXTS)
KINDS = {"1": 1, "2": 2, "3": 3}


class StoreRow(NamedTuple):
    """A store as its chain describes it; None where the text is blank or a placeholder.

    kind: as in store.kind.
    """

    code: str
    published_at: datetime
    legal_id: str | None
    chain_name: str | None
    sub_chain: str | None
    kind: int
    name: str | None
    address: str | None
    city: str | None
    city_code: str | None
    zip_code: str | None


class StoreBlock(NamedTuple):
    """The good rows of a block in the order of the file.

    refused: how many rows by reason. rejects: the first of them.
    """

    stores: list[StoreRow]
    rows: int
    refused: Counter[str]
    rejects: list[Reject]


def read_stores(path: Path, layout: Layout) -> Iterator[StoreBlock]:
    """Yields the file block by block. Raises BadFile when it ends in the middle of a row."""
    line = 2
    for start, end in find_blocks(path):
        block = read_block(path, start, end)
        table = read_table(path.name, block, layout, (FOLDER, *READ), CONSTANT)
        cells = marked_at_start(table.cells, layout)
        frame = cells.select(*(filled(layout, column) for column in READ))
        runs = find_runs(frame)
        stores = []
        reasons = dict(table.bad)
        for number, (_, _, _, *texts) in enumerate(frame.iter_rows()):
            run = runs.runs[int(runs.run[number])]
            if run.reason is not None:
                reasons.setdefault(number, run.reason)
            elif number not in reasons:
                stores.append(_store(run, texts))
        rejects = table.rejects(dict(sorted(reasons.items())), line)
        yield StoreBlock(stores, len(frame), Counter(reasons.values()), rejects)
        line += table.lines


def _store(run: Run, texts: list[str | None]) -> StoreRow:
    chain_name, sub_chain, kind, name, address, city, zip_code = map(blank_placeholder, texts)
    is_code = city is not None and city.isascii() and city.isdigit()
    return StoreRow(
        code=run.store_code,
        published_at=run.published_at,
        legal_id=run.legal_id,
        chain_name=chain_name,
        sub_chain=sub_chain,
        kind=KINDS.get(kind or "", 0),
        name=name,
        address=address,
        city=None if is_code else city,
        city_code=city if is_code else None,
        zip_code=zip_code,
    )
