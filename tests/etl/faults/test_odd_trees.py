"""What a tree in a cell may hold but no database can costs its row at most."""

import asyncpg
import pytest

from tests.support.snapshots import Chain, Item, Promo, Xml, prices_csv, promotions_csv

PRICES = prices_csv("PriceFull", [Xml("1", "202606010600", [Item("1", "1.00"), Item("2", "2.00")])])
TWO = [Promo("7", ["1"], "0.50", club="3"), Promo("8", ["2"], "0.50", club="3")]
PROMOTIONS = promotions_csv("PromoFull", [("1", "202606010700", TWO)])
CLUB, ITEM = b'""3""', b'{""item"": [{""itemcode"": ""1""}]}'
SAID = "SELECT code, clubs FROM promotion ORDER BY code"


async def load(chain: Chain, old: bytes, new: bytes) -> None:
    assert PROMOTIONS.count(old) == 1
    files = {
        "price_full_file_alpha.csv": PRICES,
        "promo_full_file_alpha.csv": PROMOTIONS.replace(old, new),
    }
    outcome = chain.load_files(files)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded"), outcome.stderr[-500:]


@pytest.mark.parametrize(
    ("club", "read"), [(rb'""3\u0000""', "3"), (rb'""3\ud800""', "3?"), (rb'""3\u05d0""', "3א")]
)
async def test_an_escape_that_stands_for_no_letter_is_no_letter(
    chain: Chain, connection: asyncpg.Connection, club: bytes, read: str
) -> None:
    await load(chain, CLUB, club)
    told = [(row["code"], row["clubs"]) for row in await connection.fetch(SAID)]
    assert told == [("7", [read]), ("8", [read])]  # the second cell is masked


@pytest.mark.parametrize(
    "tree",
    [
        *(b"{1, 2}", b"{'item': b'1'}", b"{(1, 2): '3'}", b'{""item"": NaN}', b'{""item"": 1e999}'),
        b'{""item"":' * 960 + rb'""\u05d0""' + b"}" * 960,
    ],
    ids=["a set", "bytes", "a tuple", "no number", "an endless number", "a deep one"],
)
async def test_a_tree_that_is_no_json_is_refused_with_its_row_alone(
    chain: Chain, connection: asyncpg.Connection, tree: bytes
) -> None:
    await load(chain, ITEM, tree)
    assert [row["code"] for row in await connection.fetch(SAID)] == ["8"]
    assert await connection.fetchval("SELECT array_agg(reason) FROM reject") == ["tree_unreadable"]
