"""Products whose chain writes their code otherwise than before."""

import asyncpg

from superzol.catalog.v1.catalog_pb2 import GetProductRequest, LookupProductRequest
from tests.support.clients import CatalogClient
from tests.support.loading import EMPTY_ALL, run
from tests.support.server import running_api
from tests.support.snapshots import Chain, Item, full, prices_csv, write_snapshot

CODE, PADDED = "1234567895", "0001234567895"  # ten digits are no GTIN, thirteen are
INTERNAL = f"alpha:{CODE}"


async def aliases(connection: asyncpg.Connection) -> list[tuple[str, str, int]]:
    rows = await connection.fetch("SELECT old_id, new_id, version FROM product_alias")
    return [tuple(row) for row in rows]


def load(chain: Chain, day: int, *codes: str) -> None:
    items = [Item(code, "1.00", "שוקולד") for code in (*codes, "1", "2", "3")]
    assert chain.load([full(*items, at=f"2026060{day}0600")]).exit_code == 0


async def test_an_internal_code_that_becomes_a_gtin_is_found_by_both(
    chain: Chain, database: str, connection: asyncpg.Connection
) -> None:
    load(chain, 1, CODE)
    load(chain, 2, PADDED)
    assert await aliases(connection) == [(INTERNAL, CODE, 2)]
    async with running_api(database) as running:
        catalog = CatalogClient(running.channel)
        for asked in (INTERNAL, CODE, PADDED):
            answer = await catalog.GetProduct(GetProductRequest(product_id=asked))
            assert answer.product.product_id == CODE
        found = await catalog.LookupProduct(LookupProductRequest(barcode=CODE))
        assert [product.product_id for product in found.products] == [CODE]


async def test_a_gtin_that_becomes_internal_is_found_by_both_until_it_is_offered_again(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    load(chain, 1, PADDED)
    load(chain, 2, CODE)
    assert await aliases(connection) == [(CODE, INTERNAL, 2)]
    load(chain, 3, PADDED)
    assert await aliases(connection) == [(INTERNAL, CODE, 3)]
    load(chain, 4, CODE, PADDED)
    assert await aliases(connection) == []


async def test_a_gtin_that_another_chain_sells_stays_itself(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    def files(day: int, code: str) -> dict[str, bytes]:
        at, others = f"2026060{day}0600", [Item("1", "1.00"), Item("2", "1.00"), Item("3", "1.00")]
        return {
            "price_full_file_alpha.csv": prices_csv(
                "PriceFull", [full(Item(code, "1.00"), *others, at=at)]
            ),
            "price_full_file_beta.csv": prices_csv(
                "PriceFull", [full(Item(PADDED, "1.00"), *others, at=at)]
            ),
        }

    chain.load_files(files(1, PADDED))
    chain.load_files(files(2, CODE))
    assert await aliases(connection) == []


async def test_a_gtin_that_a_new_chain_sells_is_itself_again(
    chain: Chain, database: str, connection: asyncpg.Connection
) -> None:
    load(chain, 1, PADDED)
    load(chain, 2, CODE)
    items = [Item(PADDED, "2.00"), Item("1", "1.00")]
    parts = prices_csv("PriceFull", [full(*items, at="202606030600")])
    assert chain.load_files({"price_full_file_beta.csv": parts}).exit_code == 0
    assert await aliases(connection) == []
    async with running_api(database) as running:
        catalog = CatalogClient(running.channel)
        answer = await catalog.GetProduct(GetProductRequest(product_id=CODE))
    assert (answer.product.product_id, answer.product.price_min_agorot) == (CODE, 200)


async def test_a_code_that_goes_with_its_unseen_store_goes_on_under_the_other(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    others = [Item("1", "1.00"), Item("2", "1.00")]
    old, new = Item(CODE, "1.00"), Item(PADDED, "1.00")
    first = [full(old, *others, store="1"), full(old, *others, store="2")]
    assert chain.load(first).exit_code == 0
    for at in ("202606020600", "202608100600"):
        assert await aliases(connection) == []
        assert chain.load([full(new, *others, store="1", at=at)]).exit_code == 0
    assert await aliases(connection) == [(INTERNAL, CODE, 3)]


async def test_history_that_joins_tells_what_goes_on_under_another_identifier(
    chain: Chain, database: str, connection: asyncpg.Connection
) -> None:
    lake = ["--lake", str(chain.folder / "lake")]
    assert chain.load([full(Item(PADDED, "1.00"), at="202606020600")], [], "--version", "2", *lake)
    older = [full(Item(CODE, "1.00"))]
    folder = write_snapshot(
        chain.folder / "older", {"price_full_file_alpha.csv": prices_csv("PriceFull", older)}
    )
    done = run("backfill", f"1={folder}", "--database", database, *lake)
    assert done.summary["result"] == "Backfilled"
    assert await aliases(connection) == [(INTERNAL, CODE, 2)]
    await connection.execute(EMPTY_ALL)
    assert run("rebuild", "alpha@1..", "--database", database, *lake).exit_code == 0
    assert await aliases(connection) == [(INTERNAL, CODE, 2)]
