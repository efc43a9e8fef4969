"""Annotations that ask for nothing as they stand: each is told once, and nothing else is done."""

from superzol_operator.decide.course import Course
from superzol_operator.resource import Resource

SHOWN = 100


def tell_unheard(resource: Resource, course: Course) -> Course:
    """Warns of a cancel of no run under way, and of a forceAt without its request."""
    return _tell_force(resource, _tell_cancel(resource, course))


def _tell_cancel(resource: Resource, course: Course) -> Course:
    status = course.status
    run_id, run = resource.annotation("cancel"), status.current_run
    if run_id is None or run_id == status.last_handled_cancel or (run and run.id == run_id):
        return course
    way = f"run {run.id} is" if run else "no run is"
    message = f"cancel {run_id[:SHOWN]!r} names no run under way: {way}"
    return course.noting(last_handled_cancel=run_id).warning("InvalidCancel", message)


def _tell_force(resource: Resource, course: Course) -> Course:
    force, request = resource.annotation("forceAt"), resource.annotation("requestedAt")
    status = course.status
    if force is None or force == status.last_handled_force:
        return course
    if force == request and request != status.last_handled_request:
        return course  # it waits for its turn
    why = "its request was handled before" if force == request else "no request has this word"
    message = f"forceAt {force[:SHOWN]!r} asks for nothing, as {why}: write requestedAt beside it"
    return course.noting(last_handled_force=force).warning("InvalidForce", message)
