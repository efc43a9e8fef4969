"""What is seen of a source that fails and is asked again."""

import logging

import pytest

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import PassingTrouble
from superzol_etl.sources.retries import repeat


async def test_who_reads_the_log_is_told_why_a_source_is_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries = 0

    async def answer() -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise PassingTrouble("503 from https://prices.example/")
        return tries

    with caplog.at_level(logging.INFO):
        assert await repeat(SourceSettings(wait_seconds=0), answer) == 3

    told = [(line.getMessage(), vars(line)["attempt"]) for line in caplog.records]
    assert told == [("source is asked again", 2), ("source is asked again", 3)]
    assert vars(caplog.records[0])["problem"] == "503 from https://prices.example/"
