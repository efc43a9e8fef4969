"""The README shows what a newcomer sees."""

import re
from pathlib import Path

from tests.local.running import running
from tests.local.tour import README, answer, compare


def test_the_tour_of_the_readme_is_what_the_server_answers(tmp_path: Path) -> None:
    written = README.read_text(encoding="utf-8")
    with running(tmp_path / "state") as up:
        answered = answer(written, up.port)

    assert compare(written, answered) == ""


def test_the_tour_asks_what_a_newcomer_would_ask() -> None:
    asked = re.findall(r"superzol\.\w+\.v1\.\w+Service/(\w+)", README.read_text(encoding="utf-8"))

    assert {
        "ListChains",
        "SearchProducts",
        "GetProduct",
        "ListPrices",
        "ListPriceHistory",
        "CompareBasket",
        "GetStats",
    } <= set(asked)


def test_another_price_is_a_difference() -> None:
    assert '-  "price": 1' in compare('{\n  "price": 1,\n}\n', '{\n  "price": 2,\n}\n')


def test_another_age_is_no_difference() -> None:
    old, new = '{\n  "a": 1,\n  "database_bytes": "1"\n}\n', '{\n  "a": 1\n}\n'

    assert compare(old, new) == ""
