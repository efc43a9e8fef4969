"""Keeps the words that names hold in memory, as of the data that are served."""

import asyncio
import logging
from collections import Counter
from contextvars import Context
from time import perf_counter

from superzol_server.catalog.lexicon import Lexicon
from superzol_server.database import Database, remaining_seconds
from superzol_server.sql import load_statement

READ_NAMES = load_statement(__package__, "read_names")
NAMES_AT_ONCE = 1000  # counting their words takes 2 ms, in which nobody is answered
WORDS_AT_ONCE = 200  # that become known: 2 ms too
# The time that reading took, so often it rests before it reads again: a night publishes chain after
# chain, and a hundredth of a processor is what their new words are worth.
REST = 100

log = logging.getLogger(__name__)


class KnownWords:
    """The words of the names of products, read again where something was published since."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lexicon = Lexicon()
        self._reading: asyncio.Task[None] | None = None
        self._generation: int | None = None
        self._rested_at = 0.0

    async def as_of(self, generation: int) -> Lexicon:
        """Returns the words that names hold.

        Those of an earlier generation while they are read again, which nobody waits for but the
        first who ask. Raises the database's errors and TimeoutError.
        """
        if generation != self._generation and perf_counter() >= self._rested_at:
            self.begin()
        if self._generation is None and self._reading:
            async with asyncio.timeout(remaining_seconds()):
                await asyncio.shield(self._reading)
        return self._lexicon

    def begin(self) -> None:
        """Begins to read, unless that is under way, as no part of the call that makes it do so."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), context=Context())
            self._reading.add_done_callback(log_trouble)

    async def _read(self) -> None:
        begun, counts = perf_counter(), Counter[str]()
        answer = await self._database.fetch(READ_NAMES, 0, NAMES_AT_ONCE)
        generation = answer.generation
        while answer.row:
            words = answer.row["names"].replace(".", " ").split()
            await self._learn(set(words) - counts.keys())
            counts.update(words)
            last = answer.row["key_product"]
            answer = await self._database.fetch(READ_NAMES, last, NAMES_AT_ONCE)
        self._lexicon.count(counts)
        self._generation = generation
        seconds = perf_counter() - begun
        self._rested_at = perf_counter() + REST * seconds
        log.info("words read", extra={"words": len(counts), "seconds": round(seconds, 3)})

    async def _learn(self, words: set[str]) -> None:
        for number, word in enumerate(sorted(words), 1):
            self._lexicon.add(word)
            if number % WORDS_AT_ONCE == 0:
                await asyncio.sleep(0)


def log_trouble(reading: asyncio.Task[None]) -> None:
    """Says why words could not be read: often nobody waits for them."""
    error = None if reading.cancelled() else reading.exception()
    if error:
        log.warning("words not read", extra={"problem": repr(error)})
