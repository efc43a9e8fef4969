"""Each statement of the server keeps the form that makes it readable, and fits its message."""

import re

import asyncpg
import pytest

from superzol.dataset.v1.run_pb2 import Run, RunFile, RunStage
from superzol.pricing.v1.promotion_pb2 import Promotion
from superzol_server.analytics.comparison import Priced
from superzol_server.analytics.trend import Moment
from superzol_server.monitoring import RUN, TIMES
from superzol_server.sql import load_statements
from tests.contract.rpcs import RPCS, Rpc, item_message
from tests.contract.statements import STATEMENTS, Statement

RULE_COLUMNS = set(Promotion.DESCRIPTOR.fields_by_name) - {
    "chain_id", "description", "reward_code", "multiple_allowed", "item_count",
}  # fmt: skip
MEASURE = {"product_weighted", "net_quantity", "net_unit"}
INTEGERS = {"int2", "int4", "int8"}
RENAMED = {"old_product_ids", "new_product_ids"}
# Columns that are read by the service and are no field of the message; so are those named key_….
PRIVATE_COLUMNS = {
    "get_condition": {"newest_observed_time", *RUN, *TIMES},
    "get_generation": {"loaded"},
    "batch_get_products": {"asked_ids"},
    "find_discounts": {"numbers", *RULE_COLUMNS},
    "find_versions": {"chain_id", "version", "cutoff_time"},
    "get_price": {"flag_bits", "used_version", "cutoff_time", *RULE_COLUMNS, *MEASURE}
    - {"weighted"},
    "get_run": {*Run.DESCRIPTOR.fields_by_name},
    "get_run_files": {*RunFile.DESCRIPTOR.fields_by_name},
    "get_run_stages": {*RunStage.DESCRIPTOR.fields_by_name},
    "get_price_quote": {
        "flag_bits",
        "used_version",
        "cutoff_time",
        *Promotion.DESCRIPTOR.fields_by_name,
    }
    - {"weighted"},
    "list_prices_of_chain": {"flag_bits", *MEASURE},
    "list_prices_of_product": {"flag_bits", *MEASURE},
    "list_prices_of_product_as_of": {"flag_bits", *MEASURE},
    "list_prices_of_shelf": {"flag_bits", *MEASURE},
    "list_prices_of_shelves": {"flag_bits", *MEASURE},
    "list_prices_of_store": {"flag_bits", *MEASURE},
    "list_prices_of_stores": {"flag_bits", *MEASURE},
    "compare_basket": {
        "product_ids",
        "prices_agorot",
        "flag_bits",
        "unknown_store_ids",
        "unknown_chain_ids",
        "city_known",
        *RENAMED,
    },
    "find_category": {"category_id"},
    "find_weighing_chains": {"product_id", "chain_id", "weighted"},
    "compare_prices": {
        "unknown_store_ids",
        "unknown_chain_ids",
        "city_known",
        "chain_ids",
        *Priced._fields,
        *RENAMED,
    }
    - {"product_id"},
    "get_price_trend": {"unknown_chain_ids", *RENAMED, *Moment._fields} - {"chain_id"},
    "get_price_trend_of_category": {
        "unknown_chain_ids",
        "category_known",
        "is_department",
        *Moment._fields,
    }
    - {"chain_id"},
    "compare_basket_promotions": {"product_ids", "store_ids", *RULE_COLUMNS},
    "list_cheapest_stores": {"category_known", "unknown_chain_ids", "city_known"},
    "find_chain": {"chain_id"},
    "read_names": {"names"},
    "find_identifiers": {
        "product_id",
        "store_known",
        "chain_known",
        "city_known",
        "category_known",
    },
}

every_statement = pytest.mark.parametrize("statement", STATEMENTS, ids=lambda found: found.name)


def rpc_of(statement: Statement) -> Rpc | None:
    """Returns the RPC whose name the file's name begins with, None for one that serves several.

    count_prices_of_chain counts for list_prices_of_chain.
    """
    name = re.sub("^count_", "list_", statement.name)
    candidates = [rpc for rpc in RPCS if f"{name}_".startswith(f"{rpc.name}_")]
    return max(candidates, key=lambda rpc: len(rpc.name), default=None)


@every_statement
async def test_statement_prepares_and_names_the_types_of_its_arguments(
    statement: Statement, connection: asyncpg.Connection
) -> None:
    prepared = await connection.prepare(statement.text)
    types = [parameter.name for parameter in prepared.get_parameters()]
    expected = ["int" if kind in INTEGERS else kind for kind in types]
    assert [(number, kind) for number, _, kind in statement.arguments] == [*enumerate(expected, 1)]


@every_statement
async def test_columns_are_fields_of_the_message(
    statement: Statement, connection: asyncpg.Connection
) -> None:
    prepared = await connection.prepare(statement.text)
    names = [attribute.name for attribute in prepared.get_attributes()]
    columns = [name for name in names if not name.startswith("key_")]
    rpc, fields = rpc_of(statement), set[str]()
    if rpc:
        fields = {*item_message(rpc).fields_by_name, *rpc.method.output_type.fields_by_name}
    assert set(columns) - fields == PRIVATE_COLUMNS.get(statement.name, set())
    assert len(names) == len(set(names))


def test_the_server_asks_at_its_start_for_every_statement() -> None:
    assert sorted(load_statements()) == sorted(statement.served for statement in STATEMENTS)


def test_private_columns_belong_to_statements_that_exist() -> None:
    assert set(PRIVATE_COLUMNS) - {statement.name for statement in STATEMENTS} == set()


@every_statement
def test_first_line_is_a_sentence(statement: Statement) -> None:
    assert re.fullmatch(r"-- [A-Z].+\.", statement.title)


@every_statement
def test_statement_states_its_budget(statement: Statement) -> None:
    assert statement.budget is not None


@every_statement
def test_pages_walk_by_key_in_a_stated_order(statement: Statement) -> None:
    assert "OFFSET" not in statement.text
    assert ("LIMIT $" in statement.text) == any(
        name == "limit" for _, name, _ in statement.arguments
    )
    if "LIMIT $" in statement.text:
        assert "ORDER BY" in statement.text


@every_statement
def test_offer_view_is_read_by_product_only(statement: Statement) -> None:
    for alias in re.findall(r"\b(?:FROM|JOIN) offer(?: AS (\w+))?\b", statement.text):
        assert re.search(rf"\b{alias or 'offer'}\.product_key = ", statement.text)
