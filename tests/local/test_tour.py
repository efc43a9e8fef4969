"""The README and docs/clients.md show what a newcomer sees."""

import re
import subprocess
import sys

from tests.local.running import Running
from tests.local.tour import README, answer, compare

CLIENTS = README.parent / "docs" / "clients.md"
PROGRAM = re.compile(r"```python\n(?P<text>.*?)```\n```text\n(?P<printed>.*?)```", re.DOTALL)


def test_the_tour_of_the_readme_is_what_the_server_answers(up: Running) -> None:
    written = README.read_text(encoding="utf-8")

    assert compare(written, answer(written, up.port)) == ""


def test_the_program_of_the_page_for_clients_prints_what_it_says(up: Running) -> None:
    program = PROGRAM.search(CLIENTS.read_text(encoding="utf-8"))
    assert program
    text = program["text"].replace("localhost:50051", f"localhost:{up.port}")
    ended = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)

    assert (ended.stdout, ended.stderr) == (program["printed"], "")


def test_the_tour_asks_what_a_newcomer_would_ask() -> None:
    asked = re.findall(r"superzol\.\w+\.v1\.\w+Service/(\w+)", README.read_text(encoding="utf-8"))

    assert {
        "ListChains",
        "SearchProducts",
        "GetProduct",
        "ListPrices",
        "ListPriceHistory",
        "ListPromotions",
        "GetPriceQuote",
        "CompareBasket",
        "GetStats",
    } <= set(asked)


def test_another_price_is_a_difference() -> None:
    assert '-  "price": 1' in compare('{\n  "price": 1,\n}\n', '{\n  "price": 2,\n}\n')


def test_another_age_is_no_difference() -> None:
    old, new = '{\n  "a": 1,\n  "database_bytes": "1"\n}\n', '{\n  "a": 1\n}\n'

    assert compare(old, new) == ""
