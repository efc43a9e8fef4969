"""Finds the runs of rows of one store in one source XML."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.clean.text import MOST_LETTERS, blank_placeholder
from superzol_etl.decode.columns import EMPTY, filled_at
from superzol_etl.decode.names import published_at, store_code
from superzol_etl.decode.rows import UNKNOWN
from superzol_etl.records import Part

RUN_COLUMNS = ("file_name", "storeid", "chainid")
NEVER = datetime.min.replace(tzinfo=UTC)  # comes before all others
# A feed with one bad row a day would else never close what its store stopped selling.
MOST_LOST = 0.01


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    start: its first row. reason: why all its rows are refused, None when they are not.
    """

    start: int
    rows: int
    source_file: str
    store_code: str
    legal_id: str | None
    published_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a block.

    run: the number of each row's run. good: the rows whose run can be used.
    """

    runs: list[Run]
    run: npt.NDArray[np.int64]
    good: npt.NDArray[np.bool_]

    def reason(self, row: int) -> str | None:
        """Why the run of this row is refused; None when it is not."""
        return self.runs[int(self.run[row])].reason

    def before(self, are_at: Callable[[list[int]], list[bool]]) -> set[int]:
        """The numbers of the runs before refused ones of whose first row this is so."""
        refused = [n for n, run in enumerate(self.runs) if n and run.reason is not None]
        if not refused:
            return set()
        found = are_at([self.runs[number].start for number in refused])
        return {number - 1 for number, is_so in zip(refused, found, strict=True) if is_so}

    def of(self, rows: Iterable[int]) -> set[int]:
        """The numbers of the runs of these rows."""
        return {int(self.run[row]) for row in rows}

    def damaged(self, lost: Iterable[int]) -> set[int]:
        """The numbers of the runs of which more than MOST_LOST of the rows are among these."""
        counts = Counter(int(self.run[row]) for row in lost)
        return {n for n, count in counts.items() if count > MOST_LOST * self.runs[n].rows}

    def parts(
        self, csv_file: str, is_full: bool, good: npt.NDArray[np.bool_], cut: Collection[int]
    ) -> list[Part]:
        """One part per run; its rows are the good ones. cut: numbers of runs that end too soon.

        A refused run is no store's: an empty full file would end what a store told before.
        """
        counts = np.bincount(self.run[good], minlength=len(self.runs))
        return [
            Part(
                csv_file=csv_file,
                is_full=is_full,
                source_file=run.source_file,
                store_code=run.store_code if run.reason is None else "",
                legal_id=run.legal_id,
                published_at=run.published_at,
                rows=int(count),
                cut=number in cut,
            )
            for number, (run, count) in enumerate(zip(self.runs, counts, strict=True))
        ]


def find_runs(frame: pl.DataFrame) -> Runs:
    """Needs RUN_COLUMNS, masked or filled; the first row always starts a run."""
    told = (frame["file_name"].is_not_null() | frame["storeid"].is_not_null()).to_numpy().copy()
    told[:1] = True
    rows = np.flatnonzero(told)
    # Between these rows nothing changes, and in masked columns they are few.
    cells = pl.DataFrame([filled_at(frame, column, rows) for column in RUN_COLUMNS])
    return split_runs(rows, cells, len(frame))


def split_runs(rows: npt.NDArray[np.int64], cells: pl.DataFrame, count: int) -> Runs:
    """Needs RUN_COLUMNS, filled, of the rows that tell one; of the `count` rows the first does."""
    changes = cells.select(
        pl.col("file_name").ne_missing(pl.col("file_name").shift())
        | pl.col("storeid").ne_missing(pl.col("storeid").shift())
    )
    is_start = changes.to_series().to_numpy().copy()
    is_start[:1] = True
    starts = rows[is_start]
    lengths = np.diff(starts, append=count)
    runs = [
        _read_run(int(start), int(length), *row)
        for start, length, row in zip(
            starts, lengths, cells.filter(pl.Series(is_start)).rows(), strict=True
        )
    ]
    run = np.repeat(np.arange(len(runs)), lengths)
    usable = np.array([found.reason is None for found in runs], bool)
    return Runs(runs, run, usable[run])


def _read_run(start: int, rows: int, name: str | None, store: str | None, chain: str | None) -> Run:
    source_file = (name or "").replace("\0", "").strip()
    time = published_at(source_file)
    code = store_code(store or "")
    reason = None
    if UNKNOWN in (name, store):
        reason = "source_file_or_store_unknown_below_unreadable_row"
    elif source_file in ("", EMPTY):
        reason = "source_file_missing"
    elif time is None:
        reason = "source_file_without_time"
    elif code is None:
        reason = "store_missing" if (store or "").strip() in ("", EMPTY) else "store_malformed"
    legal_id = (blank_placeholder(chain) or "").lstrip("0") or None
    name_told = source_file[:MOST_LETTERS]
    return Run(start, rows, name_told, code or "", legal_id, time or NEVER, reason)
