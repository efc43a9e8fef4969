"""The description is bounded, has sentences, and is one file."""

from collections.abc import Iterator
from typing import Any

from superzol_operator import __file__ as package
from superzol_operator.fields import write_value
from superzol_operator.resource import read_spec
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


def test_what_nobody_writes_is_read_as_the_description_has_it() -> None:
    spec = read_spec({}, "prices")
    parts = {
        "schedule": spec.schedule,
        "validate": spec.validation,
        "load": spec.load,
        "run": spec.run,
        "retry": spec.retry,
        "retention": spec.retention,
    }
    for part, value in parts.items():
        described = SPEC["properties"][part]["properties"]
        defaults = {name: each["default"] for name, each in described.items() if "default" in each}
        assert defaults
        assert write_value(value) == defaults


def test_every_rule_has_a_message_of_its_own() -> None:
    rules = [rule for _, part in walk(SCHEMA) for rule in part.get("x-kubernetes-validations", [])]

    assert len(rules) > 20
    assert [rule["rule"] for rule in rules if not rule.get("message")] == []


def test_what_kubectl_explains_first_has_a_sentence() -> None:
    assert [path for path, part in walk(SPEC) if path.count(".") < 2 and not sentence(part)] == []
    assert sentence(SCHEMA) and sentence(STATUS)


def sentence(part: dict[str, Any]) -> str:
    return str(part.get("description", ""))


def test_the_package_and_the_chart_hold_one_file() -> None:
    assert DEFINITION.samefile(f"{package.removesuffix('__init__.py')}{DEFINITION.name}")
