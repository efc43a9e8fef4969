"""What another release understood of words is understood anew when the chain tells them again."""

import asyncpg

from tests.support.snapshots import Chain

HEAD = (
    "found_folder,file_name,chainid,storeid,itemcode,itemname,manufacturecountry,quantity,unitqty,"
    "bisweighted,itemprice,lastsaledatetime\n"
)
UNDERSTOOD = """
SELECT product_id, told.country_code, told.net_quantity, told.net_unit, told.pieces
FROM product_in_chain AS told JOIN product USING (product_key) ORDER BY product_id
"""
# As an older release may have understood the words of v1, the third of which say nothing of it.
MISUNDERSTOOD = """
UPDATE product_in_chain SET net_quantity = 7000, net_unit = 3, pieces = 7, country_code = 'FR'
"""


def day(number: int, price: str) -> dict[str, bytes]:
    source = f"app/A,PriceFull7-1-2026060{number}0600.xml,7,1"
    rows = [
        f"{source},11,קורנפלקס 500 גרם,ישראל,500,גרם,0,{price},''\n",
        ",,,,12,שמן,IL,2,ליטר,,,\n",
        ",,,,13,מברשת,אין,'','',,,\n",
    ]
    return {"price_full_file_alpha.csv": (HEAD + "".join(rows)).encode()}


async def test_what_is_understood_of_the_same_words_reaches_what_is_stored(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load_files(day(1, "1.00"))
    understood = [tuple(row) for row in await connection.fetch(UNDERSTOOD)]
    assert [row[1:4] for row in understood] == [
        ("IL", 500_000, 1),
        ("IL", 2_000_000, 2),
        (None, None, None),
    ]
    await connection.execute(MISUNDERSTOOD)
    chain.load_files(day(2, "1.50"))
    assert [tuple(row) for row in await connection.fetch(UNDERSTOOD)][:2] == understood[:2]
    assert [tuple(row)[2:] for row in await connection.fetch(UNDERSTOOD)][2] == (None, None, None)


async def test_words_that_say_less_than_is_known_take_nothing_away(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load_files(day(1, "1.00"))
    before = [tuple(row) for row in await connection.fetch(UNDERSTOOD)]
    files = {
        name: data.replace(",2,ליטר".encode(), b",'',''") for name, data in day(2, "2.00").items()
    }
    chain.load_files(files)
    assert [tuple(row) for row in await connection.fetch(UNDERSTOOD)] == before


async def test_measures_stay_where_other_words_change_and_none_is_told(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load_files(day(1, "1.00"))
    before = [tuple(row) for row in await connection.fetch(UNDERSTOOD)]
    files = {
        name: data.replace(",IL,2,ליטר".encode(), ",ישראל,'',''".encode())
        for name, data in day(2, "2.00").items()
    }
    chain.load_files(files)
    assert [tuple(row) for row in await connection.fetch(UNDERSTOOD)] == before
    told = "SELECT country FROM product_in_chain WHERE net_unit = 2 AND changed_version = 2"
    assert await connection.fetchval(told) == "ישראל"
