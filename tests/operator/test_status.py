"""Status: what is written is read again, and the API server keeps all of it."""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import yaml
from hypothesis import given
from hypothesis import strategies as st

from superzol_operator.status import (
    Artifact,
    Chains,
    CurrentRun,
    RunRecord,
    Status,
    merge_patch,
    read_status,
    write_status,
)
from tests.cluster.rights import DEFINITION
from tests.operator.world import NOON, apply_patch

TIMES = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)
).map(lambda time: time.replace(microsecond=0))
NUMBERS = st.integers(0, 1000)
WORDS = st.text(min_size=1, max_size=8)
ARTIFACTS = st.builds(
    Artifact,
    revision=WORDS,
    version=NUMBERS,
    last_update_time=st.none() | TIMES,
    chains=st.builds(Chains, NUMBERS, NUMBERS, st.lists(WORDS, max_size=3).map(tuple)),
)
RUNS = st.builds(
    CurrentRun,
    id=WORDS,
    trigger=WORDS,
    generation=NUMBERS,
    spec_hash=WORDS,
    spec_text=WORDS,
    stage=WORDS,
    start_time=TIMES,
    deadline_time=TIMES,
    next_attempt_time=st.none() | TIMES,
)
RECORDS = st.builds(RunRecord, id=WORDS, trigger=WORDS, result=WORDS, reason=WORDS)
STATUSES = st.builds(
    Status,
    observed_generation=NUMBERS,
    artifact=st.none() | ARTIFACTS,
    current_run=st.none() | RUNS,
    history=st.lists(RECORDS, max_size=3).map(tuple),
    last_schedule_time=st.none() | TIMES,
)


@given(status=STATUSES)
def test_a_status_is_read_as_it_was_written(status: Status) -> None:
    assert read_status(write_status(status)) == status


@given(old=STATUSES, new=STATUSES)
def test_the_patch_turns_one_status_into_another(old: Status, new: Status) -> None:
    before, after = write_status(old), write_status(new)
    assert apply_patch(before, merge_patch(before, after)) == after


@given(status=STATUSES)
def test_an_equal_status_needs_no_patch(status: Status) -> None:
    assert merge_patch(write_status(status), write_status(status)) == {}


def test_what_an_older_operator_wrote_is_left_out_where_it_cannot_be_read() -> None:
    status = read_status({"currentRun": {"id": "g-1"}, "unknown": 1, "consecutiveFailures": "two"})
    assert status == Status()


def names(kind: type, prefix: str = "") -> set[str]:
    """The paths of all fields of a dataclass, as the API server writes them."""
    found: set[str] = set()
    hints = get_type_hints(kind)
    for each in fields(kind):
        first, *rest = each.name.split("_")
        name = prefix + first + "".join(part.capitalize() for part in rest)
        inner = hints[each.name]
        while get_origin(inner) in (UnionType, tuple):
            inner = get_args(inner)[0]
        found.add(name)
        if isinstance(inner, type) and is_dataclass(inner):
            found |= names(inner, f"{name}.")
    return found


def properties(schema: dict[str, Any], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, inner in schema.get("properties", {}).items():
        found.add(prefix + name)
        found |= properties(inner.get("items", inner), f"{prefix}{name}.")
    return found


def test_the_api_server_keeps_exactly_the_fields_of_the_status() -> None:
    definition = yaml.safe_load(DEFINITION.read_text())
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert properties(schema["properties"]["status"]) == names(Status)


def test_times_are_whole_seconds_in_utc() -> None:
    written = write_status(Status(next_run_time=NOON.replace(microsecond=5)))
    assert written["nextRunTime"] == "2026-11-20T12:00:00Z"
