"""Shows what is being done: bars at a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Steps:
    """Announces one step after another."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stdout)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Shows a step while it runs; nobody knows how much of it is done."""
        if self._console.is_terminal:
            with self._bar(title):
                yield
            return
        started = time.monotonic()
        yield
        self.say(f"{title}: {time.monotonic() - started:.1f} s")

    def say(self, line: str) -> None:
        """Prints a line to read or to copy, unwrapped and uncoloured."""
        print(line, flush=True)

    @contextmanager
    def _bar(self, title: str) -> Iterator[None]:
        columns = (SpinnerColumn(), TextColumn("{task.description:<24}"), BarColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self._console) as bars:
            task = bars.add_task(title, total=None)
            yield
            bars.update(task, total=1, completed=1)
