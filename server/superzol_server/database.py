"""Answers statements from PostgreSQL, as a role that can only read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple, Self, TypeVar

import asyncpg
from google.type.date_pb2 import Date

from superzol_server.calls import Call, current_call
from superzol_server.errors import ApiError
from superzol_server.generations import Generations

Connection = asyncpg.pool.PoolConnectionProxy
Row = dict[str, Any]
Value = TypeVar("Value")

CLOSE_SECONDS = 5
CONNECT_SECONDS = 2
# Of the wait for a cancelled statement to end; by the deadline of its call, as is the driver's way,
# a storm of short deadlines closed connection after connection.
RELEASE_SECONDS = 5
ARRAYS = "SELECT NULL::int2[], NULL::int4[], NULL::int8[], NULL::text[], NULL::timestamptz[]"


class Busy(Exception):
    """All connections are in use; the same call may succeed a moment later."""


class Limits(NamedTuple):
    """Connections at most; the longest statement; the longest wait for a free connection."""

    connections: int = 8
    statement_seconds: float = 10.0
    connection_seconds: float = 10.0


class Pool(NamedTuple):
    """Connections there are, those of them that nobody uses, and the most there may be."""

    connections: int
    idle: int
    limit: int


class Answer(NamedTuple):
    """Rows and the generation of the data they come from, of one snapshot."""

    rows: list[Row]
    generation: int
    total: int | None = None

    @property
    def row(self) -> Row | None:
        """The first row, if there is one."""
        return self.rows[0] if self.rows else None


class Database:
    """A pool of connections that can only read.

    generations: told by its answers. answers: how many there were.
    """

    def __init__(self, pool: asyncpg.Pool, limits: Limits) -> None:
        self._pool = pool
        self._limits = limits
        self.generations = Generations()
        self.answers = 0

    @classmethod
    async def open(cls, url: str, limits: Limits) -> Self:
        """Connects; raises the driver's errors when that fails."""
        milliseconds = int(limits.statement_seconds * 1000)
        settings = {
            "application_name": "superzol-server",
            "role": "superzol_reader",
            "statement_timeout": str(milliseconds),
            "jit": "off",
            # Dates and keys of pages come as text, which a database may be set to write otherwise.
            "datestyle": "ISO",
            "timezone": "UTC",
        }
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=limits.connections,
            timeout=CONNECT_SECONDS,
            server_settings=settings,
            init=learn_types,
            reset=keep_session,
        )
        return cls(pool, limits)

    def pool(self) -> Pool:
        """Returns how many connections there are and are idle."""
        pool = self._pool
        return Pool(pool.get_size(), pool.get_idle_size(), pool.get_max_size())

    async def close(self) -> None:
        """Waits for statements that still run, then disconnects."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def check(self, statements: Iterable[str]) -> None:
        """Lets PostgreSQL read statements without running them.

        Raises its errors for tables, columns and functions that the schema lacks.
        """
        async with self._acquire() as connection:
            for statement in statements:
                await connection.prepare(statement)

    async def fetch(self, statement: str, *arguments: object) -> Answer:
        """Runs a statement of load_statement."""
        async with self._acquire() as connection:
            return await self._ask(connection, statement, arguments)

    async def fetch_page(
        self,
        statement: str,
        filters: Sequence[object],
        place: Sequence[object],
        count: str | None = None,
    ) -> Answer:
        """Runs a list's statement as Snapshot.fetch_page does, alone if nothing is counted."""
        if count is None:
            return await self.fetch(statement, *filters, *place)
        async with self.snapshot() as snapshot:
            return await snapshot.fetch_page(statement, filters, place, count)

    async def read(self, ask: Callable[["Snapshot"], Awaitable[Value]]) -> Value:
        """Returns what ask makes of the answers of several statements that saw the same data.

        Answers of one generation did, and that costs no transaction: two round trips of five in
        ListPrices. Where something was published between them, it is asked again within one.
        """
        generations = set[int]()
        async with self._acquire() as connection:

            async def fetch(statement: str, arguments: Sequence[object]) -> Answer:
                answer = await self._ask(connection, statement, arguments)
                generations.add(answer.generation)
                return answer

            try:
                value = await ask(Snapshot(fetch))
            except ApiError:
                if len(generations) <= 1:
                    raise
            else:
                if len(generations) <= 1:
                    return value
        async with self.snapshot() as snapshot:
            return await ask(snapshot)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator["Snapshot"]:
        """Lets several statements see the same data."""
        async with (
            self._acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Snapshot(partial(self._ask, connection))

    @asynccontextmanager
    async def _acquire(self) -> AsyncIterator[Connection]:
        remaining = remaining_seconds()
        seconds = shortest(self._limits.connection_seconds, remaining)
        waiting = asyncio.timeout(seconds)
        try:
            async with waiting:
                connection = await self._pool.acquire()
        except TimeoutError as error:
            if not waiting.expired():
                raise ConnectionError(f"not let in for {CONNECT_SECONDS} s") from error
            if seconds == remaining:
                raise  # the caller's deadline, which says nothing of the database
            raise Busy(f"no connection became free in {seconds:.3f} s") from error
        try:
            yield connection
        finally:
            await self._pool.release(connection, timeout=RELEASE_SECONDS)

    async def _ask(
        self, connection: Connection, statement: str, arguments: Sequence[object]
    ) -> Answer:
        begun = perf_counter()
        seconds = shortest(self._limits.statement_seconds, remaining_seconds())
        try:
            records = await connection.fetch(statement, *arguments, timeout=seconds)
        finally:
            call = current_call.get()
            if call is not None:
                call.database_seconds += perf_counter() - begun
        generation = records[0]["answer_generation"]
        self._remember(call, generation)
        return Answer([to_row(record) for record in records if record["answer_found"]], generation)

    def _remember(self, call: Call | None, generation: int) -> None:
        self.generations.tell(generation)
        self.answers += 1
        if call is not None:
            call.generation = generation


class Snapshot:
    """The data as they stood when the first statement ran."""

    def __init__(self, ask: Callable[[str, Sequence[object]], Awaitable[Answer]]) -> None:
        self._ask = ask

    async def fetch(self, statement: str, *arguments: object) -> Answer:
        """Runs a statement of load_statement."""
        return await self._ask(statement, arguments)

    async def fetch_page(
        self,
        statement: str,
        filters: Sequence[object],
        place: Sequence[object],
        count: str | None = None,
    ) -> Answer:
        """Runs a list's statement, whose arguments are the filters and then the place in the list.

        count: statement that takes the filters alone and returns the column total_size. None when
        the caller did not ask for the total.
        """
        answer = await self._ask(statement, [*filters, *place])
        if count is None:
            return answer
        counted = await self._ask(count, filters)
        return answer._replace(total=counted.rows[0]["total_size"])


def to_row(record: asyncpg.Record) -> Row:
    """Returns the columns that the statement itself names: a message is made of them."""
    row = dict(record.items())
    del row["answer_generation"], row["answer_found"]
    return row


def remaining_seconds() -> float | None:
    """Returns the time left to answer the current call, if it has a deadline."""
    call = current_call.get()
    return None if call is None else call.remaining_seconds()


def shortest(limit: float, remaining: float | None) -> float:
    """Returns how long to wait: the limit, or what the deadline leaves of it."""
    return limit if remaining is None else min(limit, remaining)


async def learn_types(connection: asyncpg.Connection) -> None:
    """Makes a date column a google.type.Date, as a timestamp becomes a Timestamp.

    The driver asks for each kind of array when a statement has one: not within a call.
    """
    await connection.set_type_codec(
        "date", schema="pg_catalog", encoder=str, decoder=to_date, format="text"
    )
    await connection.fetchrow(ARRAYS)


def to_date(text: str) -> Date:
    """Reads a date in ISO 8601."""
    year, month, day = text.split("-")
    return Date(year=int(year), month=int(month), day=int(day))


async def keep_session(connection: asyncpg.Connection) -> None:
    """Replaces the driver's reset on release, which costs more than a query.

    Nothing here changes the state of a session.
    """
