"""Shows a person how far a run is: a bar at a terminal, one log line per chain elsewhere."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple

from superzol_etl.records import ChainResult, ChainState, Progress, store_ids

log = logging.getLogger(__name__)

LINE_SECONDS = 30.0
DownloadProgress = Callable[[str, int], None]  # the name of a file and how much of it came


@contextmanager
def show_progress(run_id: str, stage: str) -> Iterator[Progress]:
    """A function to tell of each chain: bytes of files done, of how many, and what became of it.

    What became is None before the first one is done.
    """

    def tell(result: ChainResult | None) -> None:
        if result is None:
            return
        names = {"run_id": run_id, "stage": stage, "chain": result.chain_id}
        for file in result.files:
            log.info("file finished", extra={**names, **file._asdict()})
        is_good = result.state in (ChainState.LOADED, ChainState.ABSENT)
        fields = {
            **names,
            "state": result.state,
            "rows": result.rows,
            "rejected": result.rejected,
            "changed": result.changed,
            "seconds": result.seconds,
            "partial_stores": list(result.partial_stores),
            "partial_promotion_stores": list(result.partial_promotion_stores),
            "problems": list(result.problems),
        } | ({"traceback": result.trace} if result.trace else {})
        log.log(logging.INFO if is_good else logging.WARNING, "chain finished", extra=fields)

    if not sys.stderr.isatty():
        yield lambda done, total, result: tell(result)
        return
    with show_bar() as advance:
        yield advance


@contextmanager
def show_bar() -> Iterator[Progress]:
    """A bar at the terminal; above it a line for each chain that is done, problems below it."""
    # Only here, as a run without a terminal has no use for it.
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar, logs_above():
        task = bar.add_task("reading files", total=None)

        def advance(done: int, total: int, result: ChainResult | None) -> None:
            bar.update(task, completed=done, total=total, refresh=True)
            if result is None:
                return
            told = f"{result.chain_id:<28} {result.state:<10} {result.rows:>12,} rows"
            bar.console.print(f"{told} {result.seconds:>7.1f} s", markup=False, highlight=False)
            for problem in result.problems:
                bar.console.print(f"  {problem}", markup=False, highlight=False, soft_wrap=True)
            for line in _cut(result):
                bar.console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)

        yield advance


def _cut(result: ChainResult) -> Iterator[str]:
    stores = {"price": result.partial_stores, "promotion": result.partial_promotion_stores}
    for kind, codes in stores.items():
        if codes:
            named = ", ".join(store_ids(result.chain_id, codes))
            yield f"cut or shrunken full {kind} files, which end nothing: {named}"


@contextmanager
def logs_above() -> Iterator[None]:
    """Lets log lines pass the bar, which stands in for stderr, instead of being drawn over it."""
    every = logging.getLogger().handlers
    handlers = [each for each in every if type(each) is logging.StreamHandler]
    before = [handler.setStream(sys.stderr) for handler in handlers]
    try:
        yield
    finally:
        for handler, stream in zip(handlers, before, strict=True):
            if stream is not None:  # else it was not changed
                handler.setStream(stream)


@contextmanager
def show_downloads(run_id: str) -> Iterator[DownloadProgress]:
    """A function to tell of the bytes of each file.

    A bar at a terminal; elsewhere a line in a while, and at the end one for each file.
    """
    if sys.stderr.isatty():
        with show_download_bar() as advance:
            yield advance
        return
    names = {"run_id": run_id, "stage": "fetch"}
    came: dict[str, Came] = {}
    began = last_line = monotonic()

    def tell(name: str, more_bytes: int) -> None:
        nonlocal last_line
        now = monotonic()
        known = came.get(name, Came(0, now, now))
        came[name] = Came(known.bytes + more_bytes, known.began, now)
        if now - last_line >= LINE_SECONDS:
            last_line = now
            log.info("files are coming", extra={**names, **_sum(came, began)})

    yield tell
    for name, (count, first, last) in came.items():
        told = {"file": name, "bytes": count, "seconds": round(last - first, 3)}
        log.info("file came", extra={**names, **told})
    log.info("files came", extra={**names, **_sum(came, began)})


class Came(NamedTuple):
    """How much came of a file, from its first bytes to its last; times as monotonic tells them."""

    bytes: int
    began: float
    ended: float


def _sum(came: Mapping[str, Came], began: float) -> dict[str, float]:
    count = sum(each.bytes for each in came.values())
    return {"files": len(came), "bytes": count, "seconds": round(monotonic() - began, 3)}


@contextmanager
def show_download_bar() -> Iterator[DownloadProgress]:
    """How many bytes came, and how fast; the sum is not known before the source lists its files."""
    from rich.console import Console
    from rich.progress import DownloadColumn, TextColumn, TimeElapsedColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),  # it is the name of a file
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar, logs_above():
        task = bar.add_task("looking at the source", total=None)
        yield lambda name, more_bytes: bar.update(task, advance=more_bytes, description=name)
