"""Dataclasses to and from the JSON of the API server: fields in camelCase, times as text."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from superzol_operator.times import format_time, parse_time

T = TypeVar("T")
PLAIN = (str, int, type(None))


def write_value(value: Any) -> Any:
    """Writes a value; fields that are None, or empty lists, are left out."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, tuple):
        return [write_value(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        written = {key: getattr(value, name) for name, key in _keys(type(value))}
        return {
            key: write_value(inner)
            for key, inner in written.items()
            if inner is not None and inner != ()
        }
    return value


def read_value(kind: type[T], given: Mapping[str, Any]) -> T:
    """Reads a dataclass; unknown keys are ignored, and what is lacking or wrong has its default.

    Raises ValueError when that has no default.
    """
    hints = _hints(cast(Any, kind))  # mypy does not see that a class is hashable
    found: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]  # T is a dataclass: fields() says so
        value = given.get(_camel(each.name))
        try:
            if value is not None:
                found[each.name] = _read(hints[each.name], value)
            elif _is_required(each):
                raise ValueError(f"{kind.__name__} lacks {_camel(each.name)}")
        except ValueError:
            if _is_required(each):
                raise
    return kind(**found)


def _read(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return tuple(_read(inner, each) for each in _expect(value, list))
    if hint is datetime:
        return parse_time(_expect(value, str))
    if isinstance(hint, type) and is_dataclass(hint):
        return read_value(hint, _expect(value, Mapping))
    return _expect(value, hint)


def _expect(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value


def _is_required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _keys(kind: Any) -> tuple[tuple[str, str], ...]:
    return tuple((each.name, _camel(each.name)) for each in fields(kind))


@cache
def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
