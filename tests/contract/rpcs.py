"""The RPCs of the protos: their comments, and the words their names become."""

import re
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from google.protobuf.descriptor import (
    Descriptor,
    FieldDescriptor,
    FileDescriptor,
    MethodDescriptor,
)

from tests.contract.repository import ROOT, tracked_files


def read_file(proto: Path) -> FileDescriptor:
    """Returns what protoc made of a .proto."""
    parts = proto.relative_to(ROOT / "proto").with_suffix("").parts
    found: FileDescriptor = import_module(f"{'.'.join(parts)}_pb2").DESCRIPTOR
    return found


FILES = [read_file(proto) for proto in tracked_files(".proto")]


class Rpc(NamedTuple):
    """One RPC: `package` is the folder of its service, `name` its PascalCase name in snake_case."""

    package: str
    name: str
    method: MethodDescriptor


class Field(NamedTuple):
    """One field of a message and the comment above it."""

    message: str
    name: str
    descriptor: FieldDescriptor
    comment: str


def snake_case(name: str) -> str:
    """Returns ListPriceHistory as list_price_history."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def comment_above(source: str, line: re.Pattern[str]) -> str:
    """Returns the comment lines that stand directly above the first line that matches."""
    lines = source.splitlines()
    number = next(number for number, text in enumerate(lines) if line.match(text))
    comment: list[str] = []
    while number and lines[number - 1].lstrip().startswith("//"):
        number -= 1
        comment.insert(0, lines[number].strip().removeprefix("//").strip())
    return "\n".join(comment)


def item_message(rpc: Rpc) -> Descriptor:
    """Returns the message an answer consists of: Price for ListPrices, else the response itself."""
    response = rpc.method.output_type
    own = [
        field.message_type
        for field in response.fields
        if field.message_type
        and field.message_type.file is response.file
        and not field.message_type.GetOptions().map_entry
    ]
    return own[0] if len(own) == 1 else response


def read_fields() -> list[Field]:
    """Returns every field of every message, with its comment."""
    fields = []
    for file in FILES:
        source = (ROOT / "proto" / file.name).read_text()
        for message in file.message_types_by_name.values():
            body = source[source.index(f"message {message.name} {{") :]
            for field in message.fields:
                line = re.compile(rf"  [\w. ,<>]+ {field.name} = {field.number};")
                comment = comment_above(body, line)
                fields.append(Field(message.name, field.name, field, comment))
    return fields


RPCS = [
    Rpc(file.package.split(".")[1], snake_case(method.name), method)
    for file in FILES
    for service in file.services_by_name.values()
    for method in service.methods
]
FIELDS = read_fields()
