"""Log lines."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from superzol_telemetry import configure_logging


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    lines = io.StringIO()
    configure_logging("INFO", lines)
    yield lines
    root.handlers, root.level = handlers, level


def test_line_is_json_with_the_event_and_its_fields(stream: io.StringIO) -> None:
    logging.getLogger("any").info("dataset refreshed", extra={"rows": 7, "city": "חיפה"})
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "event": "dataset refreshed", "rows": 7, "city": "חיפה"}
    assert "חיפה" in stream.getvalue()


def test_error_brings_its_traceback_in_the_same_line(stream: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("any").exception("load failed")
    (line,) = stream.getvalue().splitlines()
    assert "ValueError: broken" in json.loads(line)["traceback"]


def test_less_than_the_level_is_not_written(stream: io.StringIO) -> None:
    logging.getLogger("any").debug("detail")
    assert stream.getvalue() == ""
