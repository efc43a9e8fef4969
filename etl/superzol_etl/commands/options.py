"""Options that several commands share."""

import os
import re
import uuid
from pathlib import Path
from typing import Annotated

import typer

from superzol_etl.settings import DEFAULT_DATASET, IDENTIFIER, MAX_SHARDS, MAX_VERSION, RUN_ID

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


def check_shard(shard: str | None) -> str:
    """The shard as I/N, that of an Indexed Job when not given; a wrong one is wrong usage."""
    index, count = os.environ.get("JOB_COMPLETION_INDEX"), os.environ.get("JOB_COMPLETION_COUNT")
    if shard is None and index and count is None:
        raise typer.BadParameter("JOB_COMPLETION_INDEX is set but not JOB_COMPLETION_COUNT")
    given = shard or (f"{index}/{count}" if index else "0/1")
    match = re.fullmatch(r"([0-9]{1,3})/([0-9]{1,3})", given)
    if match is None or not int(match[1]) < int(match[2]) <= MAX_SHARDS:
        raise typer.BadParameter(f"{given!r} is no shard: write I/N with I < N <= {MAX_SHARDS}")
    return given


Dataset = Annotated[str, typer.Option(callback=check_dataset, help="Identifier of the dataset.")]
RunId = Annotated[
    str | None,
    typer.Option(
        callback=check_run_id,
        help="Identifier of this run, made up when not given; a run that is done is not repeated.",
    ),
]
Lake = Annotated[
    Path | None,
    typer.Option(
        show_default=False,
        help="Folder of the lake: each version as Parquet, for DuckDB, Spark and rebuild; that of"
        " the volume when not given, none without either.",
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
Version = Annotated[int, typer.Option(min=1, max=MAX_VERSION, help="Number of the snapshot.")]
Source = Annotated[
    str | None,
    typer.Option(show_default=False, help="Folder with the CSV files of one snapshot."),
]
RefreshSource = Annotated[
    str | None,
    typer.Option(
        "--source",
        show_default=False,
        help="Folder with the CSV files of one snapshot; or, with --volume, what fetch takes.",
    ),
]
Volume = Annotated[
    Path | None,
    typer.Option(
        envvar="SUPERZOL_VOLUME",
        show_default=False,
        help="Folder that fetch fills; of its versions the one of --version, or the newest.",
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        envvar="SUPERZOL_STORE",
        show_default=False,
        help="Folder or bucket (s3://, gs://) that keeps the versions, archives and lake of the"
        " volume.",
    ),
]
KeepVersions = Annotated[
    int,
    typer.Option(
        min=1,
        envvar="SUPERZOL_KEEP_VERSIONS",
        help="Newest versions whose files stay; older ones go to the archive.",
    ),
]
KeepArchives = Annotated[
    int,
    typer.Option(min=0, envvar="SUPERZOL_KEEP_ARCHIVES", help="Archives that stay; 0 makes none."),
]
KeepSeconds = Annotated[
    int | None,
    typer.Option(
        min=1,
        envvar="SUPERZOL_KEEP_SECONDS",
        show_default=False,
        help="Versions fetched longer ago go to the archive too; the newest one stays.",
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="GLOB",
        show_default=False,
        help="Only the files whose path matches, such as price_*; may be repeated.",
    ),
]
Workers = Annotated[int, typer.Option(min=1, max=32, help="Chains loaded at once.")]
Shard = Annotated[
    str | None,
    typer.Option(
        callback=check_shard,
        show_default=False,
        metavar="I/N",
        help="Only the chains of shard I of N, counted from 0; JOB_COMPLETION_INDEX of"
        " JOB_COMPLETION_COUNT in an Indexed Job, else all.",
    ),
]
Owner = Annotated[
    str,
    typer.Option(
        envvar="SUPERZOL_OWNER",
        show_default=False,
        help="Who loads this dataset; another owner is refused with 78 until a takeover.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Only tell what would open, close, jump or be re-scoped; write nothing."
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
