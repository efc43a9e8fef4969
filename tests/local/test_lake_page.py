"""docs/lake.md shows what an engine answers over the sample."""

from pathlib import Path

from tests.local.lake_page import PAGE, answer, duck, make_lake


def test_the_queries_of_the_page_answer_what_it_shows(database: str, tmp_path: Path) -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert answer(written, duck(make_lake(database, tmp_path))) == written
