"""COPY BINARY as PostgreSQL reads it."""

import asyncpg
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superzol_etl.load.encode import Arrays, Column, Integers, Texts
from superzol_etl.load.packs import copy_columns

rows = st.lists(
    st.tuples(
        st.integers(-(2**31), 2**31 - 1),
        st.one_of(st.none(), st.integers(-(2**15), 2**15 - 1)),
        st.text(st.sampled_from('אa"\\\n,'), max_size=4),
        st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=3),
    ),
    max_size=30,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(rows=rows)
async def test_rows_arrive_as_they_were_sent(
    connection: asyncpg.Connection, rows: list[tuple[int, int | None, str, list[int]]]
) -> None:
    await connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS sent (a int4, b int2, c text, d int4[])"
    )
    await connection.execute("TRUNCATE sent")
    lengths = [len(array) for *_, array in rows]
    columns: dict[str, Column] = {
        "a": Integers(np.array([a for a, *_ in rows], np.int32)),
        "b": Integers(
            np.array([b or 0 for _, b, *_ in rows], np.int16),
            np.array([b is None for _, b, *_ in rows], bool),
        ),
        "c": Texts([c.encode() for *_, c, _ in rows]),
        "d": Arrays(
            np.array([element for *_, array in rows for element in array], np.int32),
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        ),
    }
    await copy_columns(connection, "sent", columns)
    assert [tuple(row) for row in await connection.fetch("SELECT * FROM sent")] == rows
