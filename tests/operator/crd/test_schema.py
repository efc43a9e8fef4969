"""The description is bounded, one file, and knows each field that the operator writes."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from superzol_operator import __file__ as package
from superzol_operator.status import Status
from tests.cluster.rights import DEFINITION
from tests.operator.crd.schema import SCHEMA, SPEC, STATUS


def walk(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from walk(inner, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from walk(schema[key], f"{path}[]")


def test_every_text_list_and_map_has_a_limit() -> None:
    limits = {"string": "maxLength", "array": "maxItems"}
    unbounded = [
        path
        for path, part in [*walk(SPEC), *walk(STATUS)]
        if part.get("type") in limits
        and limits[part["type"]] not in part
        and "enum" not in part
        and part.get("format") != "date-time"
    ]
    maps = [
        path
        for path, part in walk(SCHEMA)
        if "additionalProperties" in part and "maxProperties" not in part
    ]
    assert unbounded + maps == []


def test_every_number_of_a_person_has_both_limits() -> None:
    numbers = [(path, part) for path, part in walk(SPEC) if part.get("type") == "integer"]

    assert [
        path
        for path, part in numbers
        if not {"minimum", "maximum"} <= set(part) and not path.endswith(".tolerationSeconds")
    ] == []


def test_every_rule_has_a_message_of_its_own() -> None:
    rules = [rule for _, part in walk(SCHEMA) for rule in part.get("x-kubernetes-validations", [])]

    assert len(rules) > 20
    assert [rule["rule"] for rule in rules if not rule.get("message")] == []


def test_the_package_and_the_chart_hold_one_file() -> None:
    assert DEFINITION.samefile(f"{package.removesuffix('__init__.py')}{DEFINITION.name}")


def test_the_status_of_the_operator_is_that_of_the_description() -> None:
    assert shape_of_schema(STATUS) == shape_of(Status)


def shape_of_schema(schema: dict[str, Any]) -> Any:
    if schema["type"] == "array":
        return [shape_of_schema(schema["items"])]
    if schema["type"] == "object":
        return {name: shape_of_schema(inner) for name, inner in schema["properties"].items()}
    return schema.get("format") if schema["type"] == "string" else schema["type"]


def shape_of(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        return [shape_of(get_args(hint)[0])]
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return {camel(each.name): shape_of(hints[each.name]) for each in fields(hint)}
    return {str: None, int: "integer", bool: "boolean", datetime: "date-time"}[hint]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
