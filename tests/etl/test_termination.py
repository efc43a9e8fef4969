"""The message to the operator is JSON and never longer than Kubernetes keeps."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.errors import NotFound, PassingTrouble
from superzol_etl.termination import MAX_BYTES, failed_report, leave_message, shorten

VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3000),
    lambda inner: st.lists(inner, max_size=60) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=60,
)


@given(st.dictionaries(st.text(min_size=1, max_size=40), VALUES, max_size=20))
def test_any_report_becomes_json_of_at_most_4096_bytes(report: dict[str, object]) -> None:
    encoded = shorten(report)
    assert len(encoded) <= MAX_BYTES
    assert set(json.loads(encoded)) <= set(report)


def test_a_short_report_is_told_whole_and_without_control_characters() -> None:
    report = {"result": "Partial", "heldBack": ["alpha"], "rows": 5, "message": "a\x1b[31m\nb"}
    assert json.loads(shorten(report)) == report | {"message": "a [31m b"}


def test_a_long_list_of_problems_is_cut_and_the_result_stays() -> None:
    report = {"result": "Partial", "problems": ["בעיה " * 300] * 500, "version": 812}
    told = json.loads(shorten(report))
    assert (told["result"], told["version"]) == ("Partial", 812)
    assert told["problems"][-1] == "and 495 more"


def test_a_failure_tells_its_reason_and_when_to_try_again() -> None:
    limited = PassingTrouble("slow down", reason="RateLimited", retry_after_seconds=900)
    told = failed_report("fetch", "one", limited)
    assert (told["reason"], told["retryAfterSeconds"], told["exitCode"]) == ("RateLimited", 900, 75)
    assert failed_report("fetch", "one", NotFound("gone"))["reason"] == "NotFound"


def test_a_message_that_cannot_be_written_fails_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leave_message(tmp_path / "missing" / "message", {"result": "Loaded"})
    assert "termination message not written" in caplog.text
