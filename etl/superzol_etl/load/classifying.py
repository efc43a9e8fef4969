"""Classifies names in a process beside, so that reading files need not wait for it.

Rules are tried in Python: 20,000 new products keep the interpreter busy for half a second, in
which it could not hand rows from thread to thread.
"""

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import Sequence
from functools import cache
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from superzol_etl.errors import PassingTrouble

if TYPE_CHECKING:
    from superzol_etl.clean.categories.rules import Category

Words = Sequence[tuple[str, str | None]]  # name and manufacturer of each product


class ClassifierProcess:
    """Asks the process one question at a time."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._asking = threading.Lock()

    async def classify(self, words: Words) -> list[str]:
        """The category_id of each. Raises PassingTrouble when the process is gone."""
        answer: list[str] = await asyncio.to_thread(self._ask, list(words))
        return answer

    async def categories(self) -> Sequence["Category"]:
        """All that the rules know, as classify does."""
        answer: Sequence[Category] = await asyncio.to_thread(self._ask, None)
        return answer

    def _ask(self, question: object) -> Any:
        with self._asking:
            try:
                self._pipe.send(question)
                answer = self._pipe.recv()
            except (EOFError, OSError) as error:
                raise PassingTrouble(
                    "the process that classifies was killed (out of memory?): run again"
                ) from error
        return answer


class InThread:
    """Classifies in a thread of this process, for callers that already have threads."""

    async def classify(self, words: Words) -> list[str]:
        """The category_id of each."""
        return await asyncio.to_thread(_answer, list(words))

    async def categories(self) -> Sequence["Category"]:
        """All that the rules know."""
        answer: Sequence[Category] = await asyncio.to_thread(_answer, None)
        return answer


@cache
def classifier() -> ClassifierProcess | InThread:
    """The one of this process. Called before there are threads, it starts a process.

    One forked from a process with threads may wait forever for a lock that one of them held.
    """
    if threading.active_count() > 1:
        return InThread()
    ours, theirs = multiprocessing.Pipe()
    # Forked, it is there at once; a new interpreter would take as long as the names.
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_serve, args=(theirs, ours), daemon=True)
    process.start()
    theirs.close()
    return ClassifierProcess(ours)


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
