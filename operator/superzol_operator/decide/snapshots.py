"""Which versions lie as files: what fetch found once it had made room."""

from datetime import datetime

from superzol_operator.decide.course import Course
from superzol_operator.decide.runs import BACKFILL
from superzol_operator.outcome import Report
from superzol_operator.status import Snapshot

MOST_SNAPSHOTS = 20


def note_snapshots(course: Course, report: Report, now: datetime) -> Course:
    """Notes the version that was fetched, and tells of those whose files are gone since.

    How many stay and for how long is the ETL's rule. Beyond the newest few it names none, and what
    is not named is then no longer listed, but may be there.
    """
    before = course.status.snapshots
    known = {each.revision: each for each in before}
    if report.revision and course.run.trigger != BACKFILL:
        known = {report.revision: Snapshot(report.revision, report.bytes, now)} | known
    if report.kept is None:
        return course.noting(snapshots=tuple(known.values())[:MOST_SNAPSHOTS])
    there = tuple(known[revision] for revision in report.kept if revision in known)
    if report.kept_all:
        for gone in (each for each in before if each not in there):
            course = course.telling("SnapshotPruned", f"{gone.revision} is no longer kept as files")
    return course.noting(snapshots=there[:MOST_SNAPSHOTS])
