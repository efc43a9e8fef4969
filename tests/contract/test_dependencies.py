"""What pyproject.toml declares is what each program imports and what the locks hold."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.contract.repository import ROOT, tracked_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
BUILD: list[str] = PROJECT["build-system"]["requires"]
PROGRAMS = ["schema", "server", "etl", "local", "operator"]
# longest prefix first: packages whose import name is not their own
DISTRIBUTIONS = {
    "google.protobuf": "protobuf",
    "google.rpc": "googleapis-common-protos",
    "google.type": "googleapis-common-protos",
    "grpc_health": "grpcio-health-checking",
    "grpc_reflection": "grpcio-reflection",
    "grpc_status": "grpcio-status",
    "grpc": "grpcio",
}
# what a program needs without an import statement of its own, and who loads it
LOADED_BY_OTHERS = {
    "schema": {"asyncpg"},  # SQLAlchemy, by the name of the driver in its address
    "server": {"googleapis-common-protos"},  # the generated dataset_pb2
    "etl": {"six"},  # kaggle, which does not say so
    "operator": {"tzdata"},  # zoneinfo
}


def imported_modules(folder: Path) -> Iterator[str]:
    """Yields the dotted name of every module imported below the folder."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def distribution(module: str) -> str | None:
    """Returns the package a module comes from; None for the standard library and our own."""
    for prefix, name in DISTRIBUTIONS.items():
        if f"{module}.".startswith(f"{prefix}."):
            return name
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top.startswith("superzol"):
        return None
    return canonicalize_name(top)


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_declares_exactly_what_it_imports(program: str) -> None:
    imported = {distribution(module) for module in imported_modules(ROOT / program)} - {None}
    assert names(EXTRAS[program]) == imported | LOADED_BY_OTHERS.get(program, set())


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("requirements.lock", [*BUILD, *(line for extra in EXTRAS.values() for line in extra)]),
        (
            "requirements-dev.lock",
            [*BUILD, *GROUPS["dev"], *(line for extra in EXTRAS.values() for line in extra)],
        ),
        ("requirements-tools.lock", GROUPS["tools"]),
        ("requirements-compiler.lock", GROUPS["compiler"]),
        ("requirements-spark.lock", GROUPS["spark"]),
        ("requirements-build.lock", BUILD),
        ("requirements-server.lock", [*EXTRAS["server"], *EXTRAS["schema"]]),
        ("requirements-etl.lock", EXTRAS["etl"]),
        ("requirements-operator.lock", EXTRAS["operator"]),
    ],
)
def test_a_lock_satisfies_what_is_declared(lock: str, declared: list[str]) -> None:
    pins: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text(), re.M):
        pins.setdefault(canonicalize_name(name), []).append(version)
    unmet = [
        line
        for line in declared
        for requirement in [Requirement(line)]
        for versions in [pins.get(canonicalize_name(requirement.name), [])]
        if not versions or not all(version in requirement.specifier for version in versions)
    ]
    assert unmet == []


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("requirements.lock", "requirements-dev.lock"),
        *(
            (f"requirements-{program}.lock", "requirements.lock")
            for program in ("build", "server", "etl", "operator")
        ),
    ],
)
def test_what_is_tested_is_what_the_images_hold(part: str, whole: str) -> None:
    pinned, everything = (
        set(re.findall(r"^[\w.-]+==[^\s;\\]+", (ROOT / name).read_text(), re.M))
        for name in (part, whole)
    )
    assert pinned - everything == set()


@pytest.mark.parametrize(
    "lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name
)
def test_every_package_of_a_lock_has_hashes(lock: Path) -> None:
    entries = re.split(r"^(?=[\w.-]+==)", lock.read_text(), flags=re.M)[1:]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_no_file_holds_the_address_of_a_registry() -> None:
    hosts = ["pypi.org", "pythonhosted.org", "proxy.golang.org", "registry.npmjs.org", "ghcr.io"]
    marks = [f"//{host}" for host in hosts] + [f"--{kind}-url" for kind in ("index", "extra-index")]
    found = [
        str(file.relative_to(ROOT))
        for file in tracked_files()
        if any(mark in file.read_text(errors="replace") for mark in marks)
    ]
    assert found == []
