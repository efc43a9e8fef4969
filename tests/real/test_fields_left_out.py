"""What decision 0021 says of fields that are not read, counted in the real files."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.real import oracle
from tests.real.promotion_oracle import read_nodes

pytestmark = pytest.mark.real


def count(sample: Path, field: str) -> dict[str, Counter[str]]:
    """How often each value stands beside a price above zero, by chain."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted((sample / "raw_xml").glob("*/Price*.xml.gz")):
        for item in oracle.read_root(path).iter(*oracle.ITEM_TAGS):
            texts = {str(child.tag).lower(): (child.text or "").strip() for child in item}
            if field in texts and oracle.agorot(texts["itemprice"]):
                found[oracle.CHAIN_OF_FOLDER[path.parent.name]][texts[field]] += 1
    return found


def test_item_status_is_one_value_for_all_goods_of_a_chain(sample: Path) -> None:
    found = count(sample, "itemstatus")
    assert {chain: set(values) for chain, values in found.items()} == {
        chain: {"0" if chain == "super_pharm" else "1"} for chain in found
    }
    assert (len(found), found["super_pharm"]["0"]) == (7, 5119)


def test_allow_discount_is_no_for_few_goods_or_for_most(sample: Path) -> None:
    refused = {chain: values["0"] for chain, values in count(sample, "allowdiscount").items()}
    assert {chain: number for chain, number in refused.items() if number} == {
        "fresh_market_and_super_dosh": 3,
        "maayan_2000": 1198,
        "mega": 18,
        "zol_vebegadol": 1602,
    }


def test_no_promotion_tells_a_limit_of_redemptions(sample: Path) -> None:
    nodes = [
        node
        for path in sorted((sample / "raw_xml").glob("*/PromoFull*.xml.gz"))
        for node in read_nodes(path)
    ]
    assert len(nodes) == 4561
    assert [
        node for node in nodes if "redemptionlimit" in (str(e.tag).lower() for e in node.iter())
    ] == []
