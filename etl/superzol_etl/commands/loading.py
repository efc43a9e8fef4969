"""What refresh and load share: files are found and hashed while the program is imported."""

import gc
from collections.abc import Callable, Coroutine, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from superzol_etl.commands.gates import read_gates
from superzol_etl.commands.place import Place
from superzol_etl.commands.storing import (
    Locations,
    bring_back,
    note_reader,
    put_away,
    put_away_lake,
)
from superzol_etl.console import show_progress
from superzol_etl.load.classifying import classifier
from superzol_etl.nursery import start_nursery
from superzol_etl.records import Progress, StageCall
from superzol_etl.settings import read_kept_versions
from superzol_etl.stopping import run_until_stopped, threads_while_wanted, wait_for

if TYPE_CHECKING:
    from superzol_etl.stages.load import Order

Stage: TypeAlias = "Callable[[Order, Progress], Coroutine[Any, Any, Mapping[str, Any]]]"
Find: TypeAlias = Callable[[Callable[[], None]], Place]  # given what it calls now and then


class Where(NamedTuple):
    """Where the files are, as the command line says it, and how they are loaded.

    workers: chains at once. is_dry: it is only told what would become of them.
    """

    source: str | None
    volume: Path | None
    version: int | None
    lake: Path | None
    workers: int
    store: str | None = None
    is_dry: bool = False

    @property
    def locations(self) -> Locations:
        """The volume with its store and its lake."""
        return Locations(self.volume, self.store, self.lake)


def run_order(
    call: StageCall, where: Where, find: Find, import_stage: Callable[[], Stage]
) -> Mapping[str, Any]:
    """Finds the snapshot and runs a stage on it; what the stage reports."""
    gates = read_gates()
    read_kept_versions()  # told wrong, it shall stop the run before it begins
    if where.source is None:
        bring_back(where.locations, where.version, call.run_id)
    classifier().start()  # before there are threads
    if _needs_workers(where):
        start_nursery()
    with show_progress(call.run_id, call.stage) as progress:
        place, stage = _find_and_import(find, _import_preview if where.is_dry else import_stage)
        # Only here: --help need not wait for Polars.
        from superzol_etl.stages.load import Order

        order = Order(
            call,
            place.snapshot,
            place.version,
            where.workers,
            gates,
            where.lake,
            place.source_url,
            note_reader(where.locations),
        )
        with place.being_read(f"{call.run_id}.{call.shard}"):
            report = run_until_stopped(stage(order, progress))
    if not where.is_dry:
        _put_away(order, where, place, report)
    return report


def _put_away(order: "Order", where: Where, place: Place, report: Mapping[str, Any]) -> None:
    """Of a load, publish tells the end; each shard copies what it left itself, and no more."""
    if order.call.stage == "load":
        from superzol_etl.stages.bins import pack_bins

        sizes = {chain.chain_id: chain.size_bytes for chain in place.snapshot.chains}
        chain_ids = pack_bins(sizes, order.call.shards)[order.call.shard]
        put_away_lake(where.locations, report["version"], chain_ids)
    elif place.folder:
        put_away(where.locations, place.folder, report)
    else:
        put_away_lake(where.locations, report["version"])


def _find_and_import(find: Find, import_stage: Callable[[], Stage]) -> tuple[Place, Stage]:
    """The files are hashed while the program is imported."""
    with threads_while_wanted(1) as (pool, check_wanted):
        finding = pool.submit(find, check_wanted)
        gc.disable()
        stage = import_stage()
        gc.freeze()  # what was imported stays: the collector need not walk it again and again
        gc.enable()
        wait_for(finding)
        return finding.result(), stage


def _needs_workers(where: Where) -> bool:
    """As far as a glance tells: a single chain is loaded in this process."""
    if where.workers == 1 or where.is_dry:
        return False
    if where.source is None:
        return True
    return len(list(islice(Path(where.source).rglob("price_full_*.csv"), 2))) > 1


def _import_preview() -> Stage:
    from superzol_etl.stages.preview import preview

    return preview
