"""The table of exceptions can neither grow unnoticed nor outlive its reasons."""

import pytest

from tests.real.exceptions import Row, judge, read_exceptions

pytestmark = pytest.mark.real


def test_exception_that_explains_nothing_is_unused() -> None:
    verdict = judge([], file_prefix="Price")
    assert verdict.unused == [row for row in read_exceptions() if row.file.startswith("Price")]


def test_difference_without_an_exception_stays_unexplained() -> None:
    difference = Row("PriceFull7290058140886-028-202506250010.xml", "7290004131074")
    assert judge([difference], file_prefix="Price").unexplained == [difference]
