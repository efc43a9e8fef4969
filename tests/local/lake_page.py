"""Writes what DuckDB answers to the queries of docs/lake.md: `python -m tests.local.lake_page`."""

import asyncio
import importlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from superzol_local.sample.snapshot import VERSIONS, write_snapshot
from superzol_schema import upgrade
from tests.local.running import ROOT
from tests.support.postgres import CREATE_DATABASE, execute, running_server, sibling

PAGE = ROOT / "docs" / "lake.md"
QUERIES = re.compile(r"(?<=<!-- queries -->\n).*(?=<!-- end of queries -->)", re.DOTALL)
BLOCK = re.compile(r"```sql\n(?P<query>.*?)```\n```text\n.*?```", re.DOTALL)
TABLES = ("prices", "products")

Table = tuple[Sequence[str], Sequence[Sequence[Any]]]


def main() -> None:
    """Runs the queries over the generated sample and updates the page."""
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        asyncio.run(execute(server, CREATE_DATABASE.format(name="lake_page")))
        database = sibling(server, "lake_page")
        asyncio.run(upgrade(database))
        lake = make_lake(database, Path(folder))
        written = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(answer(written, duck(lake)), encoding="utf-8")


def make_lake(database: str, folder: Path) -> Path:
    """Loads the days of the sample; returns where the lake is."""
    for version in range(1, VERSIONS + 1):
        day = folder / f"day{version}"
        day.mkdir()
        write_snapshot(day, version)
        command = [sys.executable, "-m", "superzol_etl", "refresh", "--source", str(day)]
        more = ["--database", database, "--version", str(version), "--lake", str(folder / "lake")]
        subprocess.run([*command, *more], check=True, capture_output=True)
    return folder / "lake"


def answer(page: str, run: Callable[[str], Table]) -> str:
    """Returns the page with what the queries answer."""

    def fill(block: re.Match[str]) -> str:
        return f"```sql\n{block['query']}```\n```text\n{render(run(block['query']))}```"

    return QUERIES.sub(lambda queries: BLOCK.sub(fill, queries[0]), page)


def render(table: Table) -> str:
    """A table in plain text."""
    header, rows = table
    lines = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    cells = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join(cells) + "\n"


def duck(lake: Path) -> Callable[[str], Table]:
    """Runs queries by DuckDB."""
    connection = duckdb.connect()
    for table in TABLES:
        files = f"read_parquet('{lake / table}/*/*/*.parquet', hive_partitioning = true)"
        connection.execute(f"CREATE VIEW {table} AS FROM {files}")

    def run(query: str) -> Table:
        answered = connection.execute(query)
        assert answered.description is not None
        return [column[0] for column in answered.description], answered.fetchall()

    return run


def spark(lake: Path) -> Callable[[str], Table]:
    """Runs queries by Spark in this process."""
    session = importlib.import_module("pyspark.sql").SparkSession.builder.getOrCreate()
    for table in TABLES:
        session.read.parquet(str(lake / table)).createOrReplaceTempView(table)

    def run(query: str) -> Table:
        answered = session.sql(query)
        return answered.columns, [tuple(row) for row in answered.collect()]

    return run


if __name__ == "__main__":
    main()
