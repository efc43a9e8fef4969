"""superzol-etl accept and takeover: what a person decides against the rules."""

import getpass
import re
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.options import Database, Dataset, TerminationPath
from superzol_etl.settings import DEFAULT_DATASET, MAX_VERSION
from superzol_etl.stopping import run_until_stopped

By = Annotated[
    str | None,
    typer.Option(show_default=False, help="Who decides, for the audit; the user when not given."),
]
ChainVersion = Annotated[
    str, typer.Argument(metavar="CHAIN@VERSION", help="Such as rami_levy@812.")
]
NewOwner = Annotated[
    str | None,
    typer.Option(show_default=False, help="Who owns the dataset from now on; '' for nobody."),
]
Chains = Annotated[
    list[str] | None,
    typer.Option(
        "--chain", show_default=False, help="A chain that the dataset gets; may be repeated."
    ),
]


def accept_command(
    chain_version: ChainVersion,
    database: Database,
    dataset: Dataset = DEFAULT_DATASET,
    by: By = None,
    termination_path: TerminationPath = None,
) -> None:
    """Lets files pass that a gate held back.

    Example: superzol-etl accept rami_levy@812 --by dana

    The next load of that version takes them. Only these very files pass: others under the same
    version are judged anew. Who decided, when and why the chain was held back is kept in
    etl_decision.

    Exit codes: 0 done, 64 usage, 65 held back by its files and not by a gate, 66 no such version
    of a chain of the dataset, 70 unforeseen, 75 try again, 77 not allowed, 78 configuration.
    """
    match = re.fullmatch(r"([^@]+)@v?([0-9]{1,5})", chain_version)
    if match is None or not 0 < int(match[2]) <= MAX_VERSION:
        raise typer.BadParameter(f"{chain_version!r} is no CHAIN@VERSION such as rami_levy@812")

    def work() -> Mapping[str, Any]:
        from superzol_etl.stages.decisions import Decider, accept

        decider = Decider(database, by or getpass.getuser())
        return run_until_stopped(accept(decider, dataset, match[1], int(match[2])))

    conclude(Ending("accept", "", termination_path, {"dataset": dataset}), work)


def takeover_command(
    database: Database,
    dataset: Dataset = DEFAULT_DATASET,
    owner: NewOwner = None,
    chains: Chains = None,
    by: By = None,
    termination_path: TerminationPath = None,
) -> None:
    """Gives a dataset to another owner, or chains to a dataset.

    Example: superzol-etl takeover --dataset israeli-supermarkets --owner super-zol/nightly

    So a TargetConflict ends. The data stays as it is. A chain keeps its versions: the dataset goes
    on with higher numbers.

    Exit codes: 0 done, 64 usage, 66 no such dataset or chain, 70 unforeseen, 75 try again,
    77 not allowed, 78 configuration.
    """
    if owner is None and not chains:
        raise typer.BadParameter("give --owner, --chain or both")

    def work() -> Mapping[str, Any]:
        from superzol_etl.stages.decisions import Decider, take_over

        decider = Decider(database, by or getpass.getuser())
        return run_until_stopped(take_over(decider, dataset, owner, chains or []))

    conclude(Ending("takeover", "", termination_path, {"dataset": dataset}), work)
