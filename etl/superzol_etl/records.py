"""The values that travel between decoding, rules and loading."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag, StrEnum
from itertools import islice
from typing import NamedTuple

from superzol_etl.errors import EtlError


class FileKind(StrEnum):
    """What a CSV of a snapshot holds, as its name begins."""

    PRICE_FULL = "price_full_file"
    PRICE = "price_file"
    STORE = "store_file"
    PROMO_FULL = "promo_full_file"
    PROMO = "promo_file"


class FileState(StrEnum):
    """What became of a CSV, as in file_report.state."""

    LOADED = "loaded"
    EMPTY = "empty"
    BAD = "bad"
    IGNORED = "ignored"
    HELD_BACK = "held_back"


class ChainState(StrEnum):
    """What became of a chain, as in chain_version.state; FAILED leaves no row.

    FORGOTTEN: it was loaded, but prices as of it are no longer kept.
    """

    LOADED = "loaded"
    HELD_BACK = "held_back"
    ABSENT = "absent"
    FAILED = "failed"
    FORGOTTEN = "forgotten"


class OfferFlag(IntFlag):
    """Bits of offer_pack.flags: what is odd about the row that counted, and whether it is weighed.

    REPEATED and PARTIAL_FILE are set by a load, the others by the row itself.
    """

    ZERO = 1
    REPEATED = 2
    TEST = 4
    WEIGHTED = 8
    PARTIAL_FILE = 16


# Of each file: a chain that changes its form is told by the first, and a nation's fit into memory.
MOST_REJECTS = 10_000


class Reject(NamedTuple):
    """A row that was refused: line is that of its first character, the header being line 1."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one store in one source XML.

    rows: counts each item once. cut: it ends too soon, or lost rows to damage.
    """

    csv_file: str
    is_full: bool
    source_file: str
    store_code: str
    legal_id: str | None
    published_at: datetime
    rows: int
    cut: bool


@dataclass(frozen=True, slots=True)
class StoreState:
    """What the database knows of a store before this version."""

    store_key: int
    full_at: datetime | None
    full_rows: int | None
    observed_at: datetime | None


@dataclass(slots=True)
class FileReport:
    """What became of one CSV; kind: None when its name says none.

    rows = loaded + superseded + rejected unless it is bad or held back. drift: unknown columns.
    remarks: what else is not as it should be. spelled: columns under another name than ours.
    refused: how many rows by reason. rejects: the first MOST_REJECTS of them.
    """

    file: str
    kind: FileKind | None
    digest: str
    state: FileState = FileState.LOADED
    rows: int = 0
    loaded: int = 0
    superseded: int = 0
    drift: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    spelled: tuple[str, ...] = ()
    problem: str | None = None
    refused: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rejected(self) -> int:
        return self.refused.total()

    def refuse(self, refused: Mapping[str, int], rejects: Iterable[Reject]) -> None:
        """Counts rows that were refused, all of them, and keeps what of them there is room for."""
        self.refused.update(refused)
        self.rejects += islice(rejects, MOST_REJECTS - len(self.rejects))

    def count(self) -> "FileCounts":
        """Its numbers, without the rows refused."""
        counts = (self.rows, self.loaded, self.superseded, self.rejected)
        drift = (*(f"{name} is not known" for name in self.drift), *self.remarks, *self._cut())
        return FileCounts(self.file, self.state, *counts, round(self.seconds, 3), drift)

    def _cut(self) -> tuple[str, ...]:
        kept = len(self.rejects)
        told = f"of {self.rejected:,} rows refused the first {kept:,} are kept"
        return (told,) if kept < self.rejected else ()


class FileCounts(NamedTuple):
    """What became of one CSV, in numbers; seconds: to read it. drift: what is not as expected."""

    file: str
    state: FileState
    rows: int
    loaded: int
    superseded: int
    rejected: int
    seconds: float
    drift: tuple[str, ...]


def store_ids(chain_id: str, codes: Iterable[str]) -> list[str]:
    """The identifiers of a chain's stores."""
    return [f"{chain_id}:{code}" for code in codes]


@dataclass(frozen=True, slots=True)
class ChainResult:
    """What became of a chain; problems names files and reasons."""

    chain_id: str
    state: ChainState
    problems: tuple[str, ...] = ()
    rows: int = 0
    rejected: int = 0
    changed: int = 0
    partial_stores: tuple[str, ...] = ()
    partial_promotion_stores: tuple[str, ...] = ()
    files: tuple[FileCounts, ...] = ()
    seconds: float = 0.0
    failure: EtlError | None = None
    trace: str | None = None


class Era(StrEnum):
    """How the publisher wrote empty cells; see decode/eras.py.

    MARKED: by a mark. BLANK: like cells that equal the one above.
    """

    MARKED = "B"
    BLANK = "A"


Progress = Callable[[int, int, ChainResult | None], None]


class StageCall(NamedTuple):
    """Which stage of which run is asked for, and for whom; shard: this one of so many."""

    url: str
    dataset_id: str
    run_id: str
    stage: str
    shard: int = 0
    shards: int = 1
    owner: str = ""
