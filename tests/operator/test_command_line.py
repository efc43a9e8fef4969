"""The command line: what it prints, and how it ends when something is lacking."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("superzol-operator"))


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    return subprocess.run(
        [PROGRAM, *arguments], env=kept | environment, capture_output=True, text=True
    )


def test_help_of_run_names_settings_and_exit_codes() -> None:
    told = run("run", "--help", COLUMNS="200").stdout

    assert "superzol-operator run --cluster-wide" in told
    assert "SUPERZOL_OPERATOR_MAX_ACTIVE_RUNS (10)" in told
    assert "77 rights missing" in told


@pytest.mark.parametrize("arguments", [(), ("--namespace", "a", "--cluster-wide")])
def test_run_must_know_which_namespaces(arguments: tuple[str, ...]) -> None:
    ended = run("run", *arguments)

    assert ended.returncode == 64
    assert "which namespaces? Give --namespace or --cluster-wide" in ended.stderr


@pytest.mark.parametrize("names", ["", " , "])
def test_run_must_know_an_account_of_its_pods(names: str) -> None:
    ended = run("run", "--cluster-wide", SUPERZOL_OPERATOR_SERVICE_ACCOUNT_NAMES=names)

    assert ended.returncode == 64
    assert "service_account_names: name at least one service account" in ended.stderr


def test_run_without_credentials_says_so() -> None:
    ended = run("run", "--namespace", "shop", "--kubeconfig", "/nonexistent/config")

    assert ended.returncode == 78
    assert "no credentials of an API server" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_run_without_an_api_server_may_be_started_again(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(
        '{"apiVersion": "v1", "kind": "Config", "current-context": "c", '
        '"clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}], '
        '"users": [{"name": "u", "user": {"token": "secret-token"}}], '
        '"contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}'
    )

    ended = run("run", "--namespace", "shop", "--kubeconfig", str(kubeconfig))

    assert ended.returncode == 75
    assert "the API server cannot be reached" in ended.stderr
    assert "secret-token" not in ended.stderr


def test_crd_prints_the_kind() -> None:
    assert "kind: CustomResourceDefinition" in run("crd").stdout
