"""Command line of the operator."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Annotated

import typer
from pydantic import ValidationError

from superzol_operator.settings import Settings
from superzol_telemetry import configure_logging

USAGE = 64
CRD_FILE = "datasetrefreshes.yaml"

app = typer.Typer(
    help="Looks after DatasetRefresh resources: fetches, loads and publishes by Jobs.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # its tables cut names off, and break what a log keeps of an error
    pretty_exceptions_enable=False,
)

NamespaceOption = Annotated[
    list[str] | None,
    typer.Option("--namespace", "-n", help="Namespace to serve; may be repeated."),
]
ClusterWideOption = Annotated[
    bool | None, typer.Option("--cluster-wide", help="Serve every namespace.")
]
KubeconfigOption = Annotated[
    str | None,
    typer.Option(
        "--kubeconfig", help="File of credentials; KUBECONFIG or those of the pod if not."
    ),
]
MetricsPortOption = Annotated[int | None, typer.Option("--metrics-port", help="Port of /metrics.")]
ProbePortOption = Annotated[int | None, typer.Option("--probe-port", help="Port of /healthz.")]
ImageOption = Annotated[
    str | None, typer.Option("--image", help="Image of the ETL, for resources that name none.")
]


def describe_settings() -> str:
    """Returns a line for each setting of the environment, with its default."""
    prefix = Settings.model_config["env_prefix"]
    lines = [
        f"{prefix}{name.upper()} ({describe_default(field.default)}): {field.description}"
        for name, field in Settings.model_fields.items()
    ]
    return "\n\n".join(["Settings of the environment:", *lines])


def describe_default(value: object) -> str:
    """Writes a default as the environment would have it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


@app.callback()
def commands() -> None:
    """Looks after DatasetRefresh resources: fetches, loads and publishes by Jobs."""


@app.command("run", epilog=describe_settings())
def run_command(
    namespace: NamespaceOption = None,
    cluster_wide: ClusterWideOption = None,
    kubeconfig: KubeconfigOption = None,
    metrics_port: MetricsPortOption = None,
    probe_port: ProbePortOption = None,
    image: ImageOption = None,
) -> None:
    """Runs until SIGTERM or Ctrl-C.

    Examples:

    superzol-operator run --namespace super-zol --image registry.example/superzol-etl:1.0

    superzol-operator run --cluster-wide --metrics-port 8081 --probe-port 8080

    Exit codes: 0 stopped, 64 usage, 70 unforeseen, 75 API server away, leadership lost or rights
    changed (start it again), 77 rights missing, 78 CustomResourceDefinition or credentials missing.
    """
    with telling_failures():
        settings = read_settings(
            namespaces=tuple(namespace) if namespace else None,
            cluster_wide=cluster_wide,
            kubeconfig=kubeconfig,
            metrics_port=metrics_port,
            probe_port=probe_port,
            image=image,
        )
        configure_logging(settings.log_level)
        if settings.log_level != "DEBUG":
            # Kopf tells of every event that it passes on
            logging.getLogger("kopf").setLevel(logging.WARNING)
        from superzol_operator.starting import start

        asyncio.run(start(settings))


@app.command("check")
def check_command(
    namespace: NamespaceOption = None,
    cluster_wide: ClusterWideOption = None,
    kubeconfig: KubeconfigOption = None,
) -> None:
    """Checks that kind and rights are there, and an operator works.

    Example:

    superzol-operator check --namespace super-zol

    Exit codes: as of run; 75 also when nobody leads.
    """
    with telling_failures():
        settings = read_settings(
            namespaces=tuple(namespace) if namespace else None,
            cluster_wide=cluster_wide,
            kubeconfig=kubeconfig,
        )
        from superzol_operator.starting import inspect

        typer.echo(f"the kind and the rights are there, and {asyncio.run(inspect(settings))} leads")


@app.command("crd")
def crd_command() -> None:
    """Prints the CustomResourceDefinition.

    Example:

    superzol-operator crd | kubectl apply -f -

    The chart brings it too: after this, install that with --set crds.enabled=false.
    """
    typer.echo(files("superzol_operator").joinpath(CRD_FILE).read_text(), nl=False)


def read_settings(**options: object) -> Settings:
    """Reads the environment; options that were given come first."""
    return Settings(**{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks them


@contextmanager
def telling_failures() -> Iterator[None]:
    """Ends the command with the exit code and the sentence of what goes wrong within."""
    try:
        yield
    except Exception as error:
        code, sentence = explain(error)
        typer.echo(f"superzol-operator: {sentence}", err=True)
        raise typer.Exit(code) from error


def explain(error: BaseException) -> tuple[int, str]:
    """Returns the exit code for an error and a sentence that says what to do."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_input=False)[0]
        name = "_".join(str(part) for part in fault["loc"])
        about = f"{name}: " if name else ""
        sentence = fault["msg"].removeprefix("Value error, ")
        return USAGE, f"{about}{sentence}; see superzol-operator run --help"
    from superzol_operator.starting import explain_failure

    return explain_failure(error)


def main() -> None:
    """Runs the command line; wrong usage exits 64, not the 2 of typer."""
    try:
        app(prog_name="superzol-operator")
    except SystemExit as ended:
        sys.exit(USAGE if ended.code == 2 else ended.code)


if __name__ == "__main__":
    main()
