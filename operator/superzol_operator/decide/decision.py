"""decide(): from what is, to what shall be written and then done."""

from datetime import datetime, timedelta

from superzol_operator.decide.adopt import adopt
from superzol_operator.decide.claim import start
from superzol_operator.decide.conditions import note_conditions
from superzol_operator.decide.contract import Decision, Observed
from superzol_operator.decide.course import Course
from superzol_operator.decide.deletion import decide_deletion, keep_finalizer
from superzol_operator.decide.due import is_paused
from superzol_operator.decide.problem import Problem, find_problem
from superzol_operator.decide.stages import advance
from superzol_operator.decide.tidy import find_leftovers
from superzol_operator.decide.unheard import tell_unheard
from superzol_operator.resource import Resource
from superzol_operator.schedule import jitter_of, next_slot, schedule_hash
from superzol_operator.status import Status

# so that a clock that steps heals
LONGEST_WAIT_SECONDS = 600.0
CONFLICT_LOOK = timedelta(seconds=60)


def decide(observed: Observed, now: datetime) -> Decision:
    """What to write and do about a resource; the same again until the world changes.

    The status is written first, and the actions follow only when that succeeded: a claim stands
    before its Job exists, and a result before the Job that told it is deleted.
    """
    resource = observed.resource
    course = Course(resource.status)
    if resource.deleted_at is not None:
        return _answer(decide_deletion(observed, course, now), now)
    problem = find_problem(observed)
    course = _note_generation(resource, course, problem, now)
    course = keep_finalizer(resource, course)
    if course.status.current_run is None:
        course = adopt(observed, course, now)
    if course.status.current_run is not None:
        course = advance(observed, course.noting(queued_time=None), now)
    elif problem is None and not resource.spec.suspend:
        course = start(observed, course, now)
    else:
        course = course.noting(queued_time=None)
    leftovers = find_leftovers(observed, course.status)
    course = course.doing(*(each for each in leftovers if each not in course.actions))
    course = _note_next_run(resource, course, problem, now)
    course = note_conditions(resource, course, problem, now)
    course = _tell_changes(resource, course)
    course = tell_unheard(resource, course)
    if problem and problem.reason == "TargetConflict":
        course = course.waking(now + CONFLICT_LOOK)
    return _answer(course, now)


def _note_generation(
    resource: Resource, course: Course, problem: Problem | None, now: datetime
) -> Course:
    status = course.status
    if status.observed_generation != resource.generation and is_paused(resource, status):
        course = course.noting(consecutive_failures=0)
    course = course.noting(observed_generation=resource.generation)
    if problem and problem.reason != "TargetConflict":
        return course
    mark = schedule_hash(resource.spec.schedule)
    if status.schedule_hash != mark:
        # slots of a schedule that was written just now have not passed before
        since = resource.created_at if status.schedule_hash is None else now
        course = course.noting(schedule_hash=mark, schedule_since=since)
    if _was(status, "Suspended") and not resource.spec.suspend:
        # slots that passed meanwhile were not wanted; those that may still start are
        late = timedelta(seconds=resource.spec.schedule.starting_deadline_seconds)
        since = max(course.status.schedule_since or resource.created_at, now - late)
        course = course.noting(schedule_since=since)
    return course


def _note_next_run(
    resource: Resource, course: Course, problem: Problem | None, now: datetime
) -> Course:
    schedule = resource.spec.schedule
    if problem or schedule.cron is None or resource.spec.suspend:
        return course.noting(next_run_time=None)
    handled = course.status.last_schedule_time
    jitter = jitter_of(schedule, resource.uid)
    after = now - jitter
    # a clock that was put back must not promise a slot that was taken
    slot = next_slot(schedule, max(after, handled) if handled else after)
    return course.noting(next_run_time=slot + jitter).waking(slot + jitter)


def _tell_changes(resource: Resource, course: Course) -> Course:
    before, after = resource.status, course.status
    if _was(after, "Suspended") and not _was(before, "Suspended"):
        return course.telling("Suspended", "no run begins until spec.suspend is false")
    if _was(before, "Suspended") and not resource.spec.suspend:
        return course.telling("Resumed", "runs begin again")
    was, now_stalled = before.condition("Stalled"), after.condition("Stalled")
    if now_stalled and (was is None or was.reason != now_stalled.reason):
        return course.warning("Stalled", f"{now_stalled.reason}: {now_stalled.message}")
    return course


def _was(status: Status, reason: str) -> bool:
    ready = status.condition("Ready")
    return ready is not None and ready.reason == reason


def _answer(course: Course, now: datetime) -> Decision:
    waits = [(time - now).total_seconds() for time in course.wake_times]
    return Decision(
        status=course.status,
        actions=course.actions,
        requeue_after_seconds=min(max(0.0, min(waits)), LONGEST_WAIT_SECONDS) if waits else None,
        queued_since=course.queued_since,
        missed_slots=course.missed_slots,
    )
