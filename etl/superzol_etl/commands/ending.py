"""How every command ends: a JSON summary, a termination message, an exit code."""

import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

import typer

from superzol_etl.errors import EtlError
from superzol_etl.failures import explain
from superzol_etl.metrics import push_metrics
from superzol_etl.nursery import forget_nursery
from superzol_etl.stopping import Abandoned, stopped_by_signals
from superzol_etl.termination import MESSAGE_VERSION, failed_report, leave_message

log = logging.getLogger(__name__)


class Ending(NamedTuple):
    """Whose end it is, and where its message goes.

    group: dataset and shard, by which its metrics are kept apart; None for a stage without metrics.
    """

    stage: str
    run_id: str
    termination_path: Path | None = None
    group: Mapping[str, object] | None = MappingProxyType({})


def conclude(ending: Ending, work: Callable[[], Mapping[str, Any]]) -> None:
    """Runs a stage and tells people and machines how it ended, in the last line of the output.

    work returns what the stage did: result, version and whatever else it counted.
    """
    with _lines_named(ending):
        try:
            with stopped_by_signals():
                done = work()
        except Exception as error:
            failure = explain(error)
            exit_code = _fail(ending, failure)
            if isinstance(failure, Abandoned):
                leave(exit_code)
            raise typer.Exit(exit_code) from error
        _push(ending, {"stage": ending.stage, **done})
        report = {"v": MESSAGE_VERSION, "stage": ending.stage, **done}
        report.pop("chainDetails", None)  # kept in etl_stage and beside the version
        typer.echo(json.dumps(report, ensure_ascii=False))
        leave_message(ending.termination_path, report)


@contextmanager
def _lines_named(ending: Ending) -> Iterator[None]:
    """Lets each line of the log say of which run and stage it is, where it does not itself."""
    names = {"stage": ending.stage} | ({"run_id": ending.run_id} if ending.run_id else {})

    def name(record: logging.LogRecord) -> bool:
        record.__dict__ |= names | record.__dict__
        return True

    handlers = logging.getLogger().handlers
    for handler in handlers:
        handler.addFilter(name)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(name)


def leave(exit_code: int) -> NoReturn:
    """Ends the process at once: nothing is waited for, and nothing freed piece by piece."""
    logging.shutdown()
    forget_nursery()
    with contextlib.suppress(OSError):  # who read the output may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(exit_code)


def _fail(ending: Ending, failure: EtlError) -> int:
    """Only what nobody foresaw shows a traceback."""
    if failure.exit_code == EtlError.exit_code:
        cause = failure.__cause__ or failure
        log.error("run failed", exc_info=cause)
    typer.echo(f"superzol-etl: {failure}", err=True)
    report = failed_report(ending.stage, ending.run_id, failure)
    _push(ending, report)
    typer.echo(json.dumps(report, ensure_ascii=False))
    leave_message(ending.termination_path, report)
    return failure.exit_code


def _push(ending: Ending, report: Mapping[str, Any]) -> None:
    if ending.group is not None:
        push_metrics({**ending.group, **report})
