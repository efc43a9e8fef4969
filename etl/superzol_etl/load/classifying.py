"""Classifies names in a process beside, so that reading files need not wait for it.

Rules are tried in Python: 20,000 new products keep the interpreter busy for half a second, in
which it could not hand rows from thread to thread.
"""

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import Callable, Sequence
from functools import cache, partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from superzol_etl.errors import PassingTrouble

if TYPE_CHECKING:
    from superzol_etl.clean.categories.rules import Category

Words = Sequence[tuple[str, str | None]]  # name and manufacturer of each product


class Finder:
    """Finds categories: in a process beside once it is started, else in a thread of this one."""

    def __init__(self) -> None:
        self._ask: Callable[[Words | None], Any] = _answer

    def start(self) -> None:
        """Starts the process; of use before there are threads, and does nothing afterwards.

        One forked from a process with threads may wait forever for a lock that one of them held.
        """
        if threading.active_count() > 1:
            return
        ours, theirs = multiprocessing.Pipe()
        # Forked, it is there at once; a new interpreter would take as long as the names.
        context = multiprocessing.get_context("fork")
        context.Process(target=_serve, args=(theirs, ours), daemon=True).start()
        theirs.close()
        self._ask = partial(_ask, ours, threading.Lock())

    async def classify(self, words: Words) -> list[str]:
        """The category_id of each. Raises PassingTrouble when the process is gone."""
        answer: list[str] = await asyncio.to_thread(self._ask, list(words))
        return answer

    async def categories(self) -> Sequence["Category"]:
        """All that the rules know, as classify does."""
        answer: Sequence[Category] = await asyncio.to_thread(self._ask, None)
        return answer


@cache
def classifier() -> Finder:
    """The one of this process."""
    return Finder()


def _ask(pipe: Connection, asking: threading.Lock, question: Words | None) -> Any:
    """One question at a time."""
    with asking:
        try:
            pipe.send(question)
            return pipe.recv()
        except (EOFError, OSError) as error:
            raise PassingTrouble(
                "the process that classifies was killed (out of memory?): run again"
            ) from error


def _serve(pipe: Connection, other_end: Connection) -> None:
    """Answers until the process that asks is gone."""
    other_end.close()
    # Ctrl-C reaches both; the run stops by itself, and ends this process by SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _answer(None)  # reads the rules before they are needed
    while True:
        try:
            pipe.send(_answer(pipe.recv()))
        except (EOFError, OSError):
            return


def _answer(words: Words | None) -> Any:
    """The category_id of each, or all categories."""
    from superzol_etl.clean.categories.classify import shipped_classifier
    from superzol_etl.clean.categories.rules import load_rules

    classify = shipped_classifier().classify
    return load_rules().categories if words is None else [classify(*w).category_id for w in words]
