"""Options that several commands share."""

import re
import uuid
from pathlib import Path
from typing import Annotated

import typer

from superzol_etl.settings import DEFAULT_DATASET, IDENTIFIER, MAX_VERSION, RUN_ID

Database = Annotated[
    str,
    typer.Option(
        envvar="DATABASE_URL",
        show_default=False,
        help="URL of the database, such as postgresql://user:password@host:5432/superzol.",
    ),
]


def check_dataset(dataset: str) -> str:
    """The dataset; a wrong one is wrong usage."""
    if not re.fullmatch(IDENTIFIER, dataset):
        raise typer.BadParameter(f"{dataset!r} is no identifier such as {DEFAULT_DATASET}")
    return dataset


def check_run_id(run_id: str | None) -> str:
    """The run id, made up when not given; a wrong one is wrong usage."""
    if run_id is not None and not re.fullmatch(RUN_ID, run_id):
        raise typer.BadParameter(f"{run_id!r} has other characters than A-Z a-z 0-9 . _ -")
    return run_id or uuid.uuid4().hex


Dataset = Annotated[str, typer.Option(callback=check_dataset, help="Identifier of the dataset.")]
RunId = Annotated[
    str | None,
    typer.Option(
        callback=check_run_id,
        help="Identifier of this run, made up when not given; a run that is done is not repeated.",
    ),
]
OptionalVersion = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=MAX_VERSION,
        help="Number of the snapshot; found by its files, or the next, when not given.",
    ),
]
TerminationPath = Annotated[
    Path | None,
    typer.Option(
        "--termination-message-path",
        show_default=False,
        help="File for the JSON message of at most 4096 bytes; /dev/termination-log if it exists.",
    ),
]
