"""docs/server.md tells the settings of the server and every reason of its errors, as they are."""

import ast
import re
from collections.abc import Iterator

from superzol_server.settings import Settings
from superzol_server.statuses import CODES
from tests.contract.repository import ROOT

DOCUMENT = (ROOT / "docs" / "server.md").read_text()
TREES = [ast.parse(file.read_text()) for file in (ROOT / "server").rglob("*.py")]
STATUS_OF = {kind.__name__: code.name for kind, code in CODES.items()}
# Which argument says the reason, by what is called.
PLACES = {"NotFound": 0, "OutOfRange": 0, "InvalidRequest": 2}
# Of the name of a field, in capitals.
OF_FIELDS = {"_EMPTY": ["dataset_id", "run_id"], "_NEGATIVE": ["max_quotes", "max_store_count"]}


def rows(*header: str) -> list[list[str]]:
    """The cells of each row of the table with this header."""
    table = DOCUMENT.split(f"| {' | '.join(header)} |\n", 1)[1].split("\n\n", 1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]
    ]


def given_reasons() -> Iterator[tuple[str, str]]:
    """Each status and the reason that the server gives with it."""
    for node in (node for tree in TREES for node in ast.walk(tree)):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", "")
        if called == "describe" and isinstance(node.args[2], ast.Constant):
            yield str(getattr(node.args[0], "attr", "")), str(node.args[2].value)
        if called not in PLACES or not node.args:
            continue
        if len(node.args) <= PLACES[called]:
            yield STATUS_OF[called], "FIELD_INVALID"
            continue
        reason = node.args[PLACES[called]]
        if isinstance(reason, ast.Constant):
            yield STATUS_OF[called], str(reason.value)
        if isinstance(reason, ast.JoinedStr):
            ending = str(getattr(reason.values[-1], "value", ""))
            yield from (
                (STATUS_OF[called], f"{field.upper()}{ending}") for field in OF_FIELDS[ending]
            )


def written(default: object) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_every_setting_is_told_with_its_default() -> None:
    told = {cells[0].strip("`"): cells[1] for cells in rows("setting", "default", "meaning")}

    assert told == {
        name.upper(): "" if field.is_required() else written(field.default)
        for name, field in Settings.model_fields.items()
    }


def test_every_reason_of_an_error_is_told_beside_its_status() -> None:
    told = {
        (cells[0].partition(":")[0], reason)
        for cells in rows("status", "reasons")
        for reason in re.findall(r"`([A-Z_]+)`", cells[1])
    }
    fixed = {("UNIMPLEMENTED", "FIELD_NOT_SERVED"), ("UNAVAILABLE", "SERVER_STOPPING")}

    assert told == {*given_reasons()} | fixed
