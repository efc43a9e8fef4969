"""What a run is told to load: a chain of a version."""

from dataclasses import dataclass
from pathlib import Path

from superzol_etl.clean.gates import Gates
from superzol_etl.snapshot import ChainFiles


@dataclass(frozen=True, slots=True)
class ChainJob:
    """One chain of one version, to be loaded by one run.

    threads: for parsing. lake: where the lake is written; None for nowhere.
    """

    run_id: str
    dataset_key: int
    chain_key: int
    version: int
    chain: ChainFiles
    threads: int
    gates: Gates
    lake: Path | None = None
