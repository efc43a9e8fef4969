"""What a person is told of a load that is not whole."""

import json
from pathlib import Path

from superzol_local.told import read_summary, shortcomings

LOG = Path("logs/etl-2.log")


def test_of_a_whole_version_nothing_is_told() -> None:
    summary = {"result": "Loaded", "heldBack": [], "partialStores": [], "problems": []}

    assert shortcomings(summary, 2, LOG) == []


def test_chains_held_back_are_named_with_why() -> None:
    summary = {"heldBack": ["mega"], "problems": ["mega: it lost rows"]}

    assert shortcomings(summary, 2, LOG) == [
        f"held back from version 2: mega (see {LOG})",
        "  mega: it lost rows",
    ]


def test_a_bad_file_of_a_chain_that_is_loaded_is_told() -> None:
    summary = {"heldBack": [], "problems": ["promo_full_file_mega.csv is no text"]}

    assert shortcomings(summary, 2, LOG) == [
        f"not all of version 2 was loaded (see {LOG})",
        "  promo_full_file_mega.csv is no text",
    ]


def test_stores_whose_full_files_were_cut_are_named_with_their_chain() -> None:
    summary = {"partialStores": ["mega:37"], "partialPromotionStores": ["keshet:2"]}

    assert shortcomings(summary, 2, LOG) == [
        "cut or shrunken full price files of version 2, which end nothing: mega:37",
        "cut or shrunken full promotion files of version 2, which end nothing: keshet:2",
    ]


def test_of_many_stores_the_first_are_named() -> None:
    stores = [f"mega:{code}" for code in range(12)]

    [line] = shortcomings({"partialStores": stores}, 2, LOG)

    assert line.endswith("mega:9 and 2 more")


def test_the_last_object_with_a_result_is_the_summary(tmp_path: Path) -> None:
    log = tmp_path / "etl.log"
    lines = ['{"result": "Fetched"}', '{"result": "Partial"}', '{"event": "bye"}', "killed"]
    log.write_text("\n".join(lines))

    assert read_summary(log) == json.loads(lines[1])
    log.write_text("no object")
    assert read_summary(log) == {}
