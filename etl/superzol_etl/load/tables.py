"""Copies small frames into tables."""

import io

import polars as pl

from superzol_etl.database import Connection


async def copy_frame(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    """Appends the rows of a frame to the columns of the same names.

    Null stays null, "" stays "".
    """
    if not len(frame):
        return
    text = io.BytesIO()
    frame.write_csv(text, include_header=False, quote_style="non_numeric", null_value="")
    text.seek(0)
    await connection.copy_to_table(
        table, source=text, columns=frame.columns, format="csv", encoding="utf-8"
    )
