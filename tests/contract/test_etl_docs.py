"""docs/etl.md tells the command line, exit codes, reasons, results and settings as they are."""

import re

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from superzol_etl import errors
from superzol_etl.__main__ import app
from superzol_etl.clean.gates import Gates
from superzol_etl.commands.gates import PREFIX
from superzol_etl.metrics import ENDED, OF_CHAIN, OF_STAGE, Metric
from tests.contract.repository import ROOT

DOCUMENT = (ROOT / "docs" / "etl.md").read_text()
SOURCES = {file: file.read_text() for file in (ROOT / "etl" / "superzol_etl").rglob("*.py")}


def commands() -> dict[str, TyperCommand]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    found = {name: command for name, command in group.commands.items()}
    assert all(isinstance(command, TyperCommand) for command in found.values())
    return found  # type: ignore[return-value]  # asserted above


def rows(*header: str) -> list[list[str]]:
    """The cells of each row of the table with this header."""
    head = f"| {' | '.join(header)} |\n"
    table = DOCUMENT.split(head, 1)[1].split("\n\n", 1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[1:]
    ]


def marked(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def options_of(command: TyperCommand) -> dict[str, str | None]:
    """The setting of each option."""
    return {
        parameter.opts[0]: parameter.envvar if isinstance(parameter.envvar, str) else None
        for parameter in command.params
        if parameter.param_type_name == "option" and parameter.name != "help"
    }


def test_each_command_is_told_with_its_options() -> None:
    told = {cells[0].strip("`").split()[0]: marked(cells[2]) for cells in told_commands()}
    assert told == {name: set(options_of(command)) for name, command in commands().items()}


def told_commands() -> list[list[str]]:
    return rows("command", "what it does", "options")


def test_each_option_is_told_with_its_setting() -> None:
    told = {
        cells[0].strip("`"): next(iter(marked(cells[1])), None)
        for cells in rows("option", "setting", "default", "meaning")
    }
    every: dict[str, set[str | None]] = {}
    for command in commands().values():
        for name, setting in options_of(command).items():
            every.setdefault(name, set()).add(setting)
    assert set(told) == set(every)
    assert {name for name, setting in told.items() if setting not in every[name]} == set()
    assert {name for name, found in every.items() if found - {None, told[name]}} == set()


def test_each_exit_code_is_told_with_its_reasons() -> None:
    kinds = (
        errors.UsageError, errors.BadData, errors.NotFound, errors.EtlError, errors.PassingTrouble,
        errors.NotAllowed, errors.WrongConfiguration,
    )  # fmt: skip
    told = {
        int(cells[0]): marked(cells[1]) - {"result"}
        for cells in rows("code", "reason", "meaning", "try again?")
    }
    assert set(told) == {0} | {kind.exit_code for kind in kinds}
    assert all(kind.reason in told[kind.exit_code] for kind in kinds)
    given = {
        name
        for text in SOURCES.values()
        for choice in re.findall(r"\breason ?= ?(.*\".*)", text)
        for name in re.findall(r'"([A-Z]\w+)"', choice)
    }
    assert {name for names in told.values() for name in names} == given


def test_each_result_is_told() -> None:
    pattern = r'(?:"result": |result = |return |else )"([A-Z][A-Za-z]+)"'
    files = [file for file in SOURCES if file.parent.name in ("stages", "commands")]
    given = {name for file in files for name in re.findall(pattern, SOURCES[file])}
    told = {name for cells in rows("result", "of", "meaning") for name in marked(cells[0])}
    assert told - given == set()
    assert given - told - {"Failed"} == set()


def test_each_gate_is_told_with_its_default() -> None:
    told = {
        cells[0].strip("`"): float(cells[1])
        for cells in rows("setting", "default", "holds back", "why this default")
    }
    assert told == {PREFIX + name.upper(): value for name, value in Gates()._asdict().items()}


@pytest.mark.parametrize("metric", [*OF_STAGE, *OF_CHAIN], ids=lambda metric: str(metric.name))
def test_metrics_share_a_prefix(metric: Metric) -> None:
    assert metric.name.startswith("superzol_etl_")


def test_every_metric_of_the_etl_is_told() -> None:
    counted = {metric.name for metric in (*OF_STAGE, *OF_CHAIN)}
    assert set(re.findall(r"`(superzol_etl_\w+)`", DOCUMENT)) == counted | {ENDED}


def test_every_setting_of_the_loader_is_told() -> None:
    told = set(re.findall(r"SUPERZOL_[A-Z_]+[A-Z]", DOCUMENT))
    sources = (ROOT / "docs" / "sources.md").read_text()
    given = {
        name for text in SOURCES.values() for name in re.findall(r"SUPERZOL_[A-Z_]+[A-Z]\b", text)
    }
    untold = {name for name in given - told if name not in sources and name + "_" not in sources}
    assert untold - {"SUPERZOL_SOURCE", "SUPERZOL_GATE"} == set()
