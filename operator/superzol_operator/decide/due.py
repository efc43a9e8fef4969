"""Which run is due: manual before accepted before spec before schedule before the past."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from superzol_operator.decide.course import Course
from superzol_operator.decide.runs import (
    ACCEPT,
    BACKFILL,
    INVALID_ACCEPT,
    MANUAL,
    SCHEDULE,
    SPEC,
    decisive_record,
    is_of_token,
    recorded_ids,
    records_of,
    remember,
    slot_run_id,
    token_run_id,
)
from superzol_operator.resource import Resource
from superzol_operator.schedule import count_slots, jitter_of, newest_slot
from superzol_operator.status import RunRecord, Status

CHAIN_VERSION = re.compile(r"[a-z0-9_]{1,64}@v?([0-9]{1,5})")
MAX_VERSION = 32_766  # of the ETL, as in the description of source.kaggle.version
# A slot that is looked at a little late is not late: 0 means to catch nothing up, not to run never.
GRACE_SECONDS = 30
MISSED_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Due:
    """A run to claim; since: when it became due."""

    run_id: str
    trigger: str
    since: datetime
    token: str | None = None
    forced: bool = False
    version: int | None = None
    slot: datetime | None = None
    missed_slots: int = 0


def find_due(resource: Resource, status: Status, now: datetime) -> Due | None:
    """The run to claim next; None: nothing is due.

    A run whose end is recorded is never due again, whatever happened to the rest of the status.
    """
    recorded = recorded_ids(status)
    asked = (_manual(resource, status, now), _accepted(resource, status, now))
    by_spec = _changed_spec(resource, status, now)
    waiting = [*asked, by_spec]
    if not is_paused(resource, status):
        waiting += [_slot(resource, status, now), _past(resource, status, now)]
    return next((due for due in waiting if due and due.run_id not in recorded), None)


def is_paused(resource: Resource, status: Status) -> bool:
    """Too many runs failed in a row: a person must ask, or change the spec."""
    most = resource.spec.retry.pause_after_consecutive_failures
    return 0 < most <= status.consecutive_failures


def note_handled(resource: Resource, course: Course) -> Course:
    """Notes requests that need no run: of a run that is recorded, or of no chain and version."""
    status = course.status
    request, accept = resource.annotation("requestedAt"), resource.annotation("accept")
    is_news = request != status.last_handled_request
    if request and is_news and _was_run(status, "m", request, status.last_handled_request):
        course = course.noting(last_handled_request=request)
        if resource.annotation("forceAt") == request:
            course = course.noting(last_handled_force=request)
    if not accept or accept == status.last_handled_accept:
        return course
    if _was_run(status, "a", accept, status.last_handled_accept):
        return course.noting(last_handled_accept=accept)
    if _version_of(accept) is not None:
        return course
    message = f"accept {accept[:100]!r} is no CHAIN@VERSION: write such as rami_levy@812"
    return course.noting(last_handled_accept=accept).warning(INVALID_ACCEPT, message)


def _was_run(status: Status, letter: str, token: str, handled: str | None) -> bool:
    """Its run is recorded, though the status was lost that says that it was the last one."""
    recorded = recorded_ids(status)
    if handled is None:
        return any(is_of_token(run_id, letter, token) for run_id in recorded)
    return token_run_id(letter, token, status) in recorded


def note_missed(resource: Resource, course: Course, now: datetime) -> Course:
    """Records the newest slot as missed when its starting deadline is over; older ones count."""
    schedule, status = resource.spec.schedule, course.status
    slot = _newest(resource, status, now)
    if slot is None or is_paused(resource, status) or not _is_too_late(resource, status, slot, now):
        return course
    run_id = slot_run_id(slot)
    if run_id in recorded_ids(status):
        return course.noting(last_schedule_time=slot)
    missed = count_slots(schedule, _handled_until(resource, status), slot, MISSED_AT_MOST)
    message = f"slot {slot:%Y-%m-%dT%H:%MZ} passed by more than startingDeadlineSeconds"
    if missed > 1:
        message += f", and {missed - 1} before it"
    record = RunRecord(run_id, SCHEDULE, "Missed", "MissedSchedule", message)
    history = remember(status, record)
    course = course.noting(last_schedule_time=slot, last_run=record, history=history)
    course = course.warning("ScheduleMissed", message)
    return replace(course, missed_slots=course.missed_slots + missed)


def backfill_version(resource: Resource, status: Status) -> int | None:
    """The version of the past to load next: the newest that is wanted below the first loaded.

    Downwards, as the ETL joins a version only below the first one of a chain.
    """
    wanted = resource.spec.source.backfill
    if wanted is None or status.first_version is None:
        return None
    below = status.first_version - 1
    version = min(wanted.last, status.backfill.next_version if status.backfill else below)
    return version if version >= wanted.first else None


def _manual(resource: Resource, status: Status, now: datetime) -> Due | None:
    token = resource.annotation("requestedAt")
    if token is None or token == status.last_handled_request:
        return None
    forced = resource.annotation("forceAt") == token
    run_id = token_run_id("m", token, status)
    return Due(run_id, MANUAL, now, token=token, forced=forced)


def _accepted(resource: Resource, status: Status, now: datetime) -> Due | None:
    token = resource.annotation("accept")
    version = _version_of(token or "")
    if token is None or version is None or token == status.last_handled_accept:
        return None
    return Due(token_run_id("a", token, status), ACCEPT, now, token=token, version=version)


def _version_of(accept: str) -> int | None:
    """The version of CHAIN@VERSION; None for other words, and for numbers no version has."""
    match = CHAIN_VERSION.fullmatch(accept)
    version = int(match[1]) if match else 0
    return version if 1 <= version <= MAX_VERSION else None


def _changed_spec(resource: Resource, status: Status, now: datetime) -> Due | None:
    if not is_spec_pending(resource, status):
        return None
    since = resource.created_at if status.last_handled_spec is None else now
    return Due(f"g-{resource.generation}", SPEC, since)


def is_spec_pending(resource: Resource, status: Status) -> bool:
    """A run is to begin for what the spec says now."""
    if status.last_handled_spec is None:
        return resource.spec.schedule.run_on_create
    if not (is_spec_new(resource, status) or is_second_chance(resource, status)):
        return False
    return resource.spec.on_spec_change != "NextSchedule"


def is_second_chance(resource: Resource, status: Status) -> bool:
    """The last run failed for good, and somebody edited the spec since, whatever of it."""
    failed, records = decisive_record(status), records_of(status)
    if status.current_run is not None or failed is None or not failed.stalled_as:
        return False
    return max(record.generation for record in records) < resource.generation


def is_spec_new(resource: Resource, status: Status) -> bool:
    """No run was claimed for what the spec says now of the data."""
    return resource.spec.data_hash != status.last_handled_spec


def _slot(resource: Resource, status: Status, now: datetime) -> Due | None:
    slot = _newest(resource, status, now)
    if slot is None or _is_too_late(resource, status, slot, now):
        return None
    passed = count_slots(
        resource.spec.schedule, _handled_until(resource, status), slot, MISSED_AT_MOST
    )
    since = slot + jitter_of(resource.spec.schedule, resource.uid)
    return Due(slot_run_id(slot), SCHEDULE, since, slot=slot, missed_slots=max(0, passed - 1))


def _past(resource: Resource, status: Status, now: datetime) -> Due | None:
    version = backfill_version(resource, status)
    if version is None or status.artifact is None:
        return None
    tries = status.backfill.tries if status.backfill else 0
    again_at = status.backfill.next_attempt_time if status.backfill else None
    if again_at and now < again_at:
        return None
    run_id = f"b-{version}" if not tries else f"b-{version}-{tries}"
    return Due(run_id, BACKFILL, now, version=version)


def _newest(resource: Resource, status: Status, now: datetime) -> datetime | None:
    schedule = resource.spec.schedule
    if schedule.cron is None:
        return None
    come = now - jitter_of(schedule, resource.uid)
    return newest_slot(schedule, come, _handled_until(resource, status))


def _handled_until(resource: Resource, status: Status) -> datetime:
    marks = (status.last_schedule_time, status.schedule_since, resource.created_at)
    return max(mark for mark in marks if mark is not None)


def _is_too_late(resource: Resource, status: Status, slot: datetime, now: datetime) -> bool:
    """Its starting deadline was over when it asked for a place, for which it may wait for longer.

    Else of many with one slot the same few would run each night, and the last ones never.
    """
    schedule = resource.spec.schedule
    seconds = max(schedule.starting_deadline_seconds, GRACE_SECONDS)
    latest = slot + jitter_of(schedule, resource.uid) + timedelta(seconds=seconds)
    return min(now, status.queued_time or now) > latest
