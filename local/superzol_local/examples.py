"""Two calls to paste once the server runs, with identifiers that exist."""

import json
from importlib.resources import files
from pathlib import Path
from shutil import which

import asyncpg

STATEMENT = files("superzol_local").joinpath("example_basket.sql").read_text(encoding="utf-8")
READER = {"role": "superzol_reader"}
PRODUCTS = 5
BESIDE = Path(".tools/bin/grpcurl")  # where make puts it
SERVICES = {"SearchProducts": "catalog.v1.Catalog", "CompareBasket": "analytics.v1.Analytics"}


async def write_examples(database: str, port: int) -> list[str]:
    """Returns the command lines."""
    connection = await asyncpg.connect(database, server_settings=READER)
    try:
        [found] = await connection.fetch(STATEMENT, PRODUCTS)
    finally:
        await connection.close()
    basket = {"items": [{"product_id": product_id} for product_id in found["product_ids"] or []]}
    scope = {"city": found["city"]} if found["city"] else {"chain_ids": found["chain_ids"] or []}
    return [
        _command(port, "SearchProducts", {"query": "חלב"}),
        _command(port, "CompareBasket", basket | scope | {"with_promotions": True}),
    ]


def _command(port: int, method: str, request: dict[str, object]) -> str:
    text = json.dumps(request, ensure_ascii=False).replace("'", "'\\''")
    return (
        f"{_grpcurl()} -plaintext -d '{text}' localhost:{port} "
        f"superzol.{SERVICES[method]}Service/{method}"
    )


def has_grpcurl() -> bool:
    """Whether the commands can be pasted as they are."""
    return BESIDE.exists() or which("grpcurl") is not None


def _grpcurl() -> str:
    """Returns how to call grpcurl here.

    PATH cannot tell, as make has put the folder of its tools on it for its own commands only.
    """
    return str(BESIDE) if BESIDE.exists() else "grpcurl"
