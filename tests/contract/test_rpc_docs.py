"""One RPC, one name: its comment, its method, its statement and its test stand where expected."""

import importlib
import re

import pytest
from google.protobuf.descriptor import FieldDescriptor

from tests.contract.repository import ROOT
from tests.contract.rpcs import FIELDS, RPCS, Field, Rpc, comment_above

INTEGERS = {
    FieldDescriptor.TYPE_INT32,
    FieldDescriptor.TYPE_INT64,
    FieldDescriptor.TYPE_UINT32,
    FieldDescriptor.TYPE_UINT64,
}
COUNTED = re.compile(
    r"(.*_)?(agorot|seconds|bytes|count|size|version|generation|quotes|line|shard)"
)
UNITS = re.compile(r"agorot|kilogram|seconds|bytes|[Ss]hare")

every_rpc = pytest.mark.parametrize("rpc", RPCS, ids=lambda rpc: rpc.name)


def comment_of(rpc: Rpc) -> str:
    source = (ROOT / "proto" / rpc.method.containing_service.file.name).read_text()
    return comment_above(source, re.compile(rf"  rpc {rpc.method.name}\("))


@every_rpc
def test_comment_of_an_rpc_says_what_it_does_and_its_errors(rpc: Rpc) -> None:
    sentence, _, errors = comment_of(rpc).partition("\n\nErrors: ")
    assert re.match(r"[A-Z][a-z]+s .+\.", sentence, re.S), sentence
    assert errors.endswith("."), comment_of(rpc)


@every_rpc
def test_comment_of_a_list_says_its_order(rpc: Rpc) -> None:
    if rpc.name.startswith(("list_", "search_")):
        assert re.search(r"[Oo]rdered by|[Nn]ewest first|[Bb]est matches first", comment_of(rpc))


@every_rpc
def test_service_has_a_method_of_the_rpc(rpc: Rpc) -> None:
    module = importlib.import_module(f"superzol_server.{rpc.package}.service")
    name = rpc.method.containing_service.name
    stubs = f"superzol.{rpc.package}.v1.{rpc.package}_pb2_grpc"
    servicer = getattr(importlib.import_module(stubs), f"{name}Servicer")
    (service,) = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, servicer) and value is not servicer
    ]
    assert rpc.method.name in vars(service)


@every_rpc
def test_rpc_has_a_statement_of_its_name(rpc: Rpc) -> None:
    folder = ROOT / "server" / "superzol_server" / rpc.package
    assert [*folder.glob(f"{rpc.name}.sql"), *folder.glob(f"{rpc.name}_*.sql")]


@every_rpc
def test_rpc_has_a_test_of_its_name(rpc: Rpc) -> None:
    assert (ROOT / "tests" / "server" / rpc.package / f"test_{rpc.name}.py").is_file()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.message}.{field.name}")
def test_field_says_its_unit(field: Field) -> None:
    kind = field.descriptor.type
    if kind in INTEGERS:
        assert COUNTED.fullmatch(field.name), "an integer's name ends with what it counts"
    elif kind in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        assert COUNTED.fullmatch(field.name) or UNITS.search(field.comment), "no unit is named"
    elif field.descriptor.message_type is not None:
        suffix = {
            "google.protobuf.Timestamp": r".*_time",
            "google.type.Date": r"(.*_)?(date|day)",
            "google.protobuf.Duration": r".*_duration",
        }.get(field.descriptor.message_type.full_name, r".*")
        assert re.fullmatch(suffix, field.name), "a time's name ends with its kind"
