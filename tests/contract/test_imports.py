"""The import contracts of pyproject.toml cover every module they speak of."""

import tomllib
from pathlib import Path
from typing import Any

from tests.contract.repository import ROOT

CONFIGURATION: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
CONTRACTS = {contract["name"]: contract for contract in CONFIGURATION["importlinter"]["contracts"]}
SERVER = ROOT / "server" / "superzol_server"


def module(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts[1:]
    return ".".join(part for part in parts if part != "__init__")


def services() -> list[Path]:
    return sorted(SERVER.glob("*/service.py"))


def test_every_service_is_held_apart_from_the_others() -> None:
    folders = {module(file.parent) for file in services()}
    assert folders
    assert set(CONTRACTS["Services never import each other"]["modules"]) == folders


def test_every_module_beside_a_service_and_its_messages_is_held_to_be_a_pure_rule() -> None:
    rules = {
        module(file)
        for service in services()
        for file in service.parent.glob("*.py")
        if file.name not in {"__init__.py", "service.py", "messages.py"}
    }
    contract = CONTRACTS["Rules know no framework and no database"]
    assert rules - set(contract["source_modules"]) == set()


def test_every_package_takes_part_in_the_contracts() -> None:
    packages = {
        file.parent.name
        for file in ROOT.glob("*/superzol_*/__init__.py")
        if file.parent.parent.name != "tests"
    }
    assert set(CONFIGURATION["importlinter"]["root_packages"]) == packages
    assert set(CONFIGURATION["deptry"]["known_first_party"]) == packages | {"superzol"}


def test_every_layer_of_the_etl_has_its_place() -> None:
    folders = {module(file) for file in (ROOT / "etl" / "superzol_etl").glob("*/__init__.py")}
    assert folders - set(CONTRACTS["The ETL flows one way"]["layers"]) == set()
