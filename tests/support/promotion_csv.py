"""A promotion file as the publisher writes it, and what the decoder reads of it."""

import json
from pathlib import Path

import polars as pl

from superzol_etl.clean.promotions import Promotion
from superzol_etl.decode.blocks import read_header
from superzol_etl.decode.columns import PROMOTION_COLUMNS, PROMOTION_REQUIRED, Layout
from superzol_etl.decode.promotions import BodyBook, read_promotions
from superzol_etl.records import Era, Reject
from superzol_local.sample.masking import write_csv

Row = dict[str, str]

HEAD = {
    "found_folder": "app_data/dumps/Alpha",
    "file_name": "PromoFull7290000000015-001-202606010600.xml",
    "chainid": "7290000000015",
    "storeid": "001",
    "clubid": "0 - כולם",
}
TERMS = {"rewardtype": "1", "minqty": "2.00", "discountedprice": "10.00"}


def decode(
    folder: Path, data: bytes, era: Era = Era.MARKED
) -> tuple[list[Promotion], list[Reject]]:
    """What is read of a full file of these bytes, and what of it is refused."""
    path = folder / "promo_full_file_alpha.csv"
    path.write_bytes(data)
    layout = Layout.of(path.name, read_header(path), PROMOTION_COLUMNS, PROMOTION_REQUIRED, era)
    book = BodyBook()
    promotions, rejects = [], []
    for block in read_promotions(path, layout, True, book):
        rejects += block.rejects
        for number in block.body.tolist():
            body = book.bodies[number]
            assert not isinstance(body, str)
            promotions += body.promotions
    return promotions, rejects


def csv(*rows: Row) -> bytes:
    """The bytes of one source XML; a row says what of it is not in HEAD."""
    frame = pl.DataFrame([HEAD | row for row in rows], infer_schema_length=None)
    return write_csv([frame.with_columns(pl.all().fill_null("''"))])


def items_row(code: str, tree: object) -> Row:
    """A row of ITEMS."""
    return {"promotionid": code, "promotionitems": json.dumps(tree), **TERMS}
