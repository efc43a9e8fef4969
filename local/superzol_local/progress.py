"""Shows what is being done: bars at a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Advance = Callable[[], None]


class Steps:
    """Announces one step after another."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stdout)

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Advance]:
        """Shows a step while it runs; total: how often it will be advanced, None when unknown."""
        if self._console.is_terminal:
            with self._bar(title, total) as advance:
                yield advance
            return
        started = time.monotonic()
        yield lambda: None
        self.say(f"{title}: {time.monotonic() - started:.1f} s")

    def say(self, line: str) -> None:
        """Prints a line to read or to copy, unwrapped and uncoloured."""
        print(line, flush=True)

    @contextmanager
    def _bar(self, title: str, total: int | None) -> Iterator[Advance]:
        columns = (SpinnerColumn(), TextColumn("{task.description:<24}"), BarColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self._console) as bars:
            task = bars.add_task(title, total=total)
            yield lambda: bars.advance(task)
            bars.update(task, total=total or 1, completed=total or 1)
