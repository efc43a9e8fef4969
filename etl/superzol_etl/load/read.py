"""Reads the files of one chain; a bad file is reported, never raised."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import perf_counter

from superzol_etl.decode.blocks import read_header
from superzol_etl.decode.columns import (
    PRICE_COLUMNS,
    PRICE_EXPECTED,
    PRICE_REQUIRED,
    PROMOTION_COLUMNS,
    PROMOTION_EXPECTED,
    PROMOTION_REQUIRED,
    STORE_COLUMNS,
    STORE_EXPECTED,
    STORE_REQUIRED,
    Layout,
)
from superzol_etl.decode.days import Dating
from superzol_etl.decode.eras import era_of_trees
from superzol_etl.decode.prices import read_prices
from superzol_etl.decode.promotions import read_promotions
from superzol_etl.decode.stores import StoreRow, read_stores
from superzol_etl.errors import BadFile, NotFound, PassingTrouble
from superzol_etl.load.observe import Gatherer, NewCodes, Rows
from superzol_etl.load.observe_promotions import PromotionRows
from superzol_etl.records import Era, FileKind, FileReport, FileState, Part
from superzol_etl.snapshot import ChainFiles, SnapshotFile, file_digest

PRICE_KINDS = (FileKind.PRICE_FULL, FileKind.PRICE)


@dataclass(slots=True)
class ChainContent:
    """What a chain's files say.

    reports are by base name; problems are those that hold the chain back.
    """

    rows: Rows
    promotions: PromotionRows
    stores: dict[str, StoreRow]
    reports: dict[str, FileReport]
    problems: list[str]

    @property
    def price_reports(self) -> list[FileReport]:
        """Those of price files."""
        return [report for report in self.reports.values() if report.kind in PRICE_KINDS]

    @property
    def store_codes(self) -> set[str]:
        """The stores that any of the files names."""
        parts = [*self.rows.parts, *self.promotions.parts]
        return {part.store_code for part in parts if part.store_code} | set(self.stores)


@dataclass(slots=True)
class _Reader:
    threads: int
    era: Era
    check_wanted: Callable[[], None]
    gatherer: Gatherer
    promotions: PromotionRows = field(default_factory=PromotionRows)
    stores: list[StoreRow] = field(default_factory=list)


def read_chain(
    chain: ChainFiles,
    threads: int,
    tell_new: Callable[[NewCodes], None],
    check_wanted: Callable[[], None],
) -> ChainContent:
    """Reads all files of a chain.

    A bad price file, a full file without a good row, or no good file at all is a problem.
    threads: how many blocks are parsed at once. tell_new: is given codes as they come up.
    check_wanted: called at each block; raises when the load was told to stop.
    """
    reader = _Reader(threads, chain.era, check_wanted, Gatherer(tell_new))
    reports: dict[str, FileReport] = {}
    problems = [f"{file.path} has the name of another file" for file in chain.doubled]
    for file in chain.files:
        report = reports[file.path.name] = FileReport(file.path.name, file.kind, file.digest)
        started = perf_counter()
        try:
            _read_file(reader, file, report)
        except BadFile as error:
            report.state, report.problem = FileState.BAD, str(error)
            report.rows = report.superseded = 0
            report.rejects, report.refused = [], Counter()
            if file.kind in PRICE_KINDS:
                problems.append(str(error))
        report.seconds = perf_counter() - started
        if file.kind is FileKind.PRICE_FULL and 0 < report.rows == report.rejected:
            problems.append(_all_refused(report))
    bad = [report.problem for report in reports.values() if report.problem]
    if not problems and len(bad) == len(reports):
        problems = [problem for problem in bad if problem]
    rows = reader.gatherer.rows()
    legal_ids = _legal_ids([*rows.parts, *reader.promotions.parts])
    stores = _choose_stores(reader.stores, legal_ids)
    _bound_dates(chain.dating, [rows.parts, reader.promotions.parts], stores, reports)
    problems += _collisions(chain.chain_id, legal_ids)
    return ChainContent(rows, reader.promotions, stores, reports, problems)


def _all_refused(report: FileReport) -> str:
    first = report.rejects[0]
    return (
        f"{report.file}: each of its {report.rows} rows was refused, the first in line"
        f" {first.line} as {first.reason}"
    )


def _bound_dates(
    dating: Dating | None,
    told: Iterable[list[Part]],
    stores: dict[str, StoreRow],
    reports: Mapping[str, FileReport],
) -> None:
    """A file of the far future would stand before all later ones of its store."""
    if dating is None:
        return
    for parts in told:
        for number, part in enumerate(parts):
            # One without a good row may have no date at all.
            if part.rows and (at := dating.bound(part.published_at)) != part.published_at:
                parts[number] = replace(part, published_at=at)
                report = reports[part.csv_file]
                report.remarks = (*report.remarks, f"{part.source_file} is dated in the future")
    for code, store in stores.items():
        stores[code] = store._replace(published_at=dating.bound(store.published_at))


def _legal_ids(parts: Iterable[Part]) -> Mapping[str, set[str]]:
    """By store number, the legal entities that publish it."""
    legal_ids = defaultdict[str, set[str]](set)
    for part in parts:
        if part.store_code and part.legal_id:
            legal_ids[part.store_code].add(part.legal_id)
    return legal_ids


def _choose_stores(
    told: Iterable[StoreRow], legal_ids: Mapping[str, set[str]]
) -> dict[str, StoreRow]:
    """Of several rows for one store the newest counts, and of equally new ones the last.

    Before them come those of the legal entity that publishes its prices: another one's store of
    the same number is another store.
    """
    ranks: dict[str, tuple[bool, datetime]] = {}
    stores = {}
    for store in told:
        rank = (store.legal_id in legal_ids.get(store.code, ()), store.published_at)
        if rank >= ranks.get(store.code, rank):
            ranks[store.code], stores[store.code] = rank, store
    return stores


def _collisions(chain_id: str, legal_ids: Mapping[str, set[str]]) -> list[str]:
    """Store numbers that two legal entities use: two stores, which must not become one."""
    return [
        f"store {chain_id}:{code} is published under the ChainIds {', '.join(sorted(ids))}"
        for code, ids in legal_ids.items()
        if len(ids) > 1
    ]


def _read_file(reader: _Reader, file: SnapshotFile, report: FileReport) -> None:
    try:
        if file.is_promised and file_digest(file.path) != file.digest:
            raise BadFile(f"{file.path.name} is not what its manifest says: fetch it again")
        header = read_header(file.path)
        if header and file.kind is FileKind.STORE:
            _read_stores(reader, file, header, report)
        elif header and file.kind in PRICE_KINDS:
            _read_prices(reader, file, header, report)
        elif header:
            _read_promotions(reader, file, header, report)
        has_changed = file.has_changed
    except FileNotFoundError:
        raise NotFound(f"{file.path} vanished while it was read") from None
    if has_changed:
        raise PassingTrouble(f"{file.path} was written to while it was read: run again")
    if not report.rows:
        report.state = FileState.EMPTY


def _compare(report: FileReport, layout: Layout, expected: Sequence[str]) -> None:
    """Says how the columns of a file differ from those that its kind has."""
    report.drift, report.spelled = layout.drift, layout.spelled
    report.remarks = tuple(f"{column} is lacking" for column in layout.lacks(expected))


def _read_prices(
    reader: _Reader, file: SnapshotFile, header: tuple[str, ...], report: FileReport
) -> None:
    layout = Layout.of(file.path.name, header, PRICE_COLUMNS, PRICE_REQUIRED, reader.era)
    _compare(report, layout, PRICE_EXPECTED)
    is_full = file.kind is FileKind.PRICE_FULL
    for block in read_prices(file.path, layout, is_full, reader.gatherer.codes, reader.threads):
        reader.check_wanted()
        report.rows += block.rows
        report.refuse(block.refused, block.rejects)
        reader.gatherer.add(block)


def _read_promotions(
    reader: _Reader, file: SnapshotFile, header: tuple[str, ...], report: FileReport
) -> None:
    """A file that turns out bad in a later block tells nothing."""
    era = era_of_trees(file.path, reader.era)
    layout = Layout.of(file.path.name, header, PROMOTION_COLUMNS, PROMOTION_REQUIRED, era)
    _compare(report, layout, PROMOTION_EXPECTED)
    is_full = file.kind is FileKind.PROMO_FULL
    blocks = []
    for block in read_promotions(file.path, layout, is_full, reader.promotions.book):
        reader.check_wanted()
        report.rows += block.rows
        report.refuse(block.refused, block.rejects)
        blocks.append(replace(block, rejects=[]))
    for block in blocks:
        reader.promotions.add(block)


def _read_stores(
    reader: _Reader, file: SnapshotFile, header: tuple[str, ...], report: FileReport
) -> None:
    """A file that turns out bad in a later block tells nothing."""
    layout = Layout.of(file.path.name, header, STORE_COLUMNS, STORE_REQUIRED, reader.era)
    _compare(report, layout, STORE_EXPECTED)
    blocks = []
    for block in read_stores(file.path, layout):
        reader.check_wanted()
        report.rows += block.rows
        report.refuse(block.refused, block.rejects)
        blocks.append(block._replace(rejects=[]))
    told = [store for block in blocks for store in block.stores]
    known = {store.code for store in reader.stores}
    report.superseded = len(told) - len({store.code for store in told} - known)
    reader.stores += told
    report.loaded = report.rows - report.rejected - report.superseded
