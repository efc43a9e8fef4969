"""docs/lake.md shows what engines answer over the sample."""

from pathlib import Path

import pytest

from tests.local.lake_page import PAGE, answer, duck, make_lake, spark


def test_the_queries_of_the_page_answer_what_it_shows(database: str, tmp_path: Path) -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert answer(written, duck(make_lake(database, tmp_path))) == written


@pytest.mark.spark
def test_spark_answers_what_the_page_shows(database: str, tmp_path: Path) -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert answer(written, spark(make_lake(database, tmp_path))) == written
