"""The words that names hold, read beside the calls."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from time import perf_counter

import asyncpg
import pytest
import pytest_asyncio

from superzol_server import known_words
from superzol_server.calls import Call, current_call
from superzol_server.database import Database
from superzol_server.known_words import KnownWords
from superzol_server.serving import serve
from superzol_server.settings import Settings
from tests.support.catalogue import Product, Store, fill
from tests.support.server import LIMITS, reached

STATEMENTS_OF_A_READING = 2  # names, and that there are no more


@pytest_asyncio.fixture
async def reader(database: str) -> AsyncIterator[Database]:
    opened = await reached(database, LIMITS)
    yield opened
    await opened.close()


async def sell(connection: asyncpg.Connection, *names: str) -> None:
    store = Store(f"{names[0][:4]}:1")
    sold = (Product(f"{names[0][:4]}:{code}", name) for code, name in enumerate(names, 1))
    await fill(connection, store, *sold)


async def until_meant(words: KnownWords, generation: int, written: str, meant: str) -> None:
    async with asyncio.timeout(60):
        while (await words.as_of(generation)).correct([written]) != [meant]:
            await asyncio.sleep(0.01)


async def test_all_words_of_names_are_known_however_many(
    connection: asyncpg.Connection, reader: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_words, "NAMES_AT_ONCE", 2)
    monkeypatch.setattr(known_words, "WORDS_AT_ONCE", 1)
    await sell(connection, "חלב תנובה", "קוטג' טרי", "גבינת עמק", "ת.ז שמנת", "ביצים")
    lexicon = await KnownWords(reader).as_of(1)
    written = ["חלל", "תנוסה", "קוטב", "עמצ", "שמצת"]
    assert lexicon.correct(written) == ["חלב", "תנובה", "קוטג", "עמק", "שמנת"]
    assert lexicon.correct(["ביצינ"]) == ["ביצימ"]


async def test_before_anything_is_published_no_word_is_known(reader: Database) -> None:
    assert (await KnownWords(reader).as_of(0)).correct(["חלב"]) == ["חלב"]


async def test_who_ask_at_once_share_one_reading(
    connection: asyncpg.Connection, reader: Database
) -> None:
    await sell(connection, "חלב")
    before, words = reader.answers, KnownWords(reader)
    found = await asyncio.gather(*(words.as_of(1) for _ in range(20)))
    assert [lexicon.correct(["חלל"]) for lexicon in found] == [["חלב"]] * 20
    assert reader.answers - before == STATEMENTS_OF_A_READING


async def test_words_of_the_same_data_are_read_once(
    connection: asyncpg.Connection, reader: Database
) -> None:
    await sell(connection, "חלב")
    words = KnownWords(reader)
    await words.as_of(1)
    before = reader.answers
    assert (await words.as_of(1)).correct(["חלל"]) == ["חלב"]
    assert reader.answers == before


async def test_words_that_were_published_since_become_known_and_nobody_waits(
    connection: asyncpg.Connection, reader: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_words, "REST", 0)
    await sell(connection, "חלב")
    words = KnownWords(reader)
    await words.as_of(1)
    await sell(connection, "שמנת")
    async with connection.transaction():
        await connection.execute("LOCK product")
        assert (await words.as_of(2)).correct(["חלל", "שמצת"]) == ["חלב", "שמצת"]
    await until_meant(words, 2, "שמצת", "שמנת")


async def test_after_reading_it_rests_a_hundred_times_as_long(
    connection: asyncpg.Connection, reader: Database
) -> None:
    await sell(connection, "חלב")
    words = KnownWords(reader)
    async with connection.transaction():
        await connection.execute("LOCK product")
        words.begin()
        await asyncio.sleep(0.5)
    await words.as_of(1)
    await sell(connection, "שמנת")
    before, begun = reader.answers, perf_counter()
    while perf_counter() - begun < 0.5:
        await words.as_of(2)
        await asyncio.sleep(0.01)
    assert reader.answers == before


async def test_reading_is_no_part_of_the_call_that_began_it(
    connection: asyncpg.Connection, reader: Database
) -> None:
    await sell(connection, "חלב")
    call, words = Call("id", perf_counter() + 0.3), KnownWords(reader)
    current_call.set(call)
    async with connection.transaction():
        await connection.execute("LOCK product")
        with pytest.raises(TimeoutError):
            await words.as_of(1)
    current_call.set(None)
    assert (await words.as_of(1)).correct(["חלל"]) == ["חלב"]
    assert (call.database_seconds, call.generation) == (0.0, None)


async def test_a_call_that_ends_leaves_the_reading_to_those_who_wait(
    connection: asyncpg.Connection, reader: Database
) -> None:
    await sell(connection, "חלב")
    words = KnownWords(reader)
    async with connection.transaction():
        await connection.execute("LOCK product")
        first, second = (asyncio.create_task(words.as_of(1)) for _ in range(2))
        await asyncio.sleep(0.1)
        first.cancel()
        await asyncio.wait([first])
    assert (await second).correct(["חלל"]) == ["חלב"]


async def test_where_the_words_cannot_be_read_the_next_who_asks_reads_anew(
    connection: asyncpg.Connection, reader: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await sell(connection, "חלב")
    words = KnownWords(reader)
    await connection.execute("ALTER TABLE product RENAME TO hidden")
    with caplog.at_level(logging.WARNING), pytest.raises(asyncpg.UndefinedTableError):
        await words.as_of(1)
    assert "words not read" in caplog.messages
    await connection.execute("ALTER TABLE hidden RENAME TO product")
    assert (await words.as_of(1)).correct(["חלל"]) == ["חלב"]


async def test_a_server_reads_them_at_its_start(
    database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    with caplog.at_level(logging.INFO):
        settings = Settings(host="127.0.0.1", port=0, http_port=0)  # type: ignore[call-arg]  # by the names
        served = asyncio.create_task(serve(settings))
        async with asyncio.timeout(60):
            while "words read" not in caplog.messages:
                await asyncio.sleep(0.01)
    os.kill(os.getpid(), signal.SIGTERM)
    await served
