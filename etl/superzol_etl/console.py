"""Shows a person how far a run is: a bar at a terminal, one log line per chain elsewhere."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from superzol_etl.records import ChainResult, ChainState, Progress

log = logging.getLogger(__name__)


@contextmanager
def show_progress(run_id: str) -> Iterator[Progress]:
    """A function to tell of each chain: how many are done, of how many, and what became of it."""

    def tell(result: ChainResult) -> None:
        severity = (
            logging.INFO
            if result.state in (ChainState.LOADED, ChainState.ABSENT)
            else logging.WARNING
        )
        fields = {
            "run_id": run_id,
            "chain": result.chain_id,
            "state": result.state,
            "rows": result.rows,
            "rejected": result.rejected,
            "changed": result.changed,
            "seconds": result.seconds,
            "partial_stores": list(result.partial_stores),
            "problems": list(result.problems),
        } | ({"traceback": result.trace} if result.trace else {})
        log.log(severity, "chain finished", extra=fields)

    if not sys.stderr.isatty():
        yield lambda done, total, result: tell(result)
        return
    with show_bar() as advance:
        yield advance


@contextmanager
def show_bar() -> Iterator[Progress]:
    """A bar at the terminal; problems are printed above it."""
    # Only here, as a run without a terminal has no use for it.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import (
        Progress as Bar,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("reading files", total=None)

        def advance(done: int, total: int, result: ChainResult) -> None:
            bar.update(
                task, completed=done, total=total, description=f"{result.chain_id} {result.state}"
            )
            for problem in result.problems:
                bar.console.print(problem, markup=False, highlight=False)

        yield advance
