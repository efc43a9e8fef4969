"""A cell of megabytes, as one stray quote makes it, harms no other row."""

import asyncpg
import pytest

from tests.support.snapshots import Chain, Item, Xml


@pytest.mark.parametrize("characters", [20_000, 3_000_000])
async def test_a_name_of_megabytes_keeps_no_chain_from_being_loaded(
    chain: Chain, connection: asyncpg.Connection, characters: int
) -> None:
    long = "".join(chr(0x5D0 + place * 7919 % 27) for place in range(characters))
    goods = [Item("1", "1.00"), Item("7290004131074", "2.00", name=long), Item("3", "3.00")]
    outcome = chain.load([Xml("1", "202606010600", goods)])
    assert outcome.exit_code == 0, outcome.stderr[-2000:]
    assert await connection.fetchval("SELECT count(*) FROM offer_pack") == 3
