"""Makes promotion files of a generated chain: bodies that most of its stores repeat."""

import json
from pathlib import Path

import numpy as np
import polars as pl

from bench.shelves import Spec, header
from superzol_local.sample.masking import write_csv

BODIES_OF_SHELF = 0.4
STORES_SHARE = 0.75  # of the bodies, those that a store has
FEWEST_ITEMS, MOST_ITEMS = 1, 40
DAYS_OF_A_BODY = 20  # then it comes back at another price
CLUB_SHARE = 0.3
HOUR = 5


def write_promotions(path: Path, spec: Spec, day: str, days_passed: int = 0) -> int:
    """Writes promo_full_file_* of the ITEMS family; returns its rows.

    days_passed: since the first day; each day some of the bodies are others.
    """
    random = np.random.default_rng([spec.seed, 5])
    bodies = _bodies(spec, random, days_passed)
    rows = 0
    with path.open("wb") as file:
        for store in range(spec.stores):
            source = header(spec, "PromoFull", day, store, HOUR)
            told = np.flatnonzero(random.random(len(bodies)) < STORES_SHARE)
            block = bodies[told].with_columns(
                **{name: pl.lit(value) for name, value in source.items()}
            )
            text = write_csv([block.select(*source, *bodies.columns)])
            file.write(text.partition(b"\n")[2] if store else text)
            rows += len(block)
    return rows


def _bodies(spec: Spec, random: np.random.Generator, days_passed: int) -> pl.DataFrame:
    count = int(spec.per_store * BODIES_OF_SHELF)
    codes = spec.products["itemcode"].to_list()
    # Most promotions are of a few items: the square of an even draw.
    sizes = FEWEST_ITEMS + (random.random(count) ** 2 * MOST_ITEMS).astype(int)
    quantity = random.integers(1, 4, count)
    price = random.integers(20, 400, count) * 10 * quantity
    price += 10 * ((days_passed + np.arange(count) % DAYS_OF_A_BODY) // DAYS_OF_A_BODY)
    clubs = (random.random(count) < CLUB_SHARE).astype(int).tolist()
    return pl.DataFrame(
        {
            "promotionid": [str(1_000_000 + number) for number in range(count)],
            "promotiondescription": [f"מבצע {number} על מגוון מוצרים" for number in range(count)],
            "promotionstartdate": ["2026-05-20"] * count,
            "promotionstarthour": ["00:00:00"] * count,
            "promotionenddate": [f"2026-06-{1 + number % 28:02d}" for number in range(count)],
            "promotionendhour": ["23:59:00"] * count,
            "rewardtype": ["1"] * count,
            "allowmultiplediscounts": ["0"] * count,
            "minqty": [f"{number}.00" for number in quantity.tolist()],
            "maxqty": [""] * count,
            "discountedprice": [f"{agorot / 100:.2f}" for agorot in price.tolist()],
            "promotionitems": [
                _items([codes[place] for place in random.integers(0, len(codes), size).tolist()])
                for size in sizes.tolist()
            ],
            "clubs": [json.dumps({"clubid": str(club)}) for club in clubs],
            "remarks": [""] * count,
        }
    )


def _items(codes: list[str]) -> str:
    return json.dumps(
        {"item": [{"itemcode": code, "itemtype": "1", "isgiftitem": "0"} for code in codes]}
    )
