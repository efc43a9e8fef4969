"""What the chart of the operator makes of values."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.binaries import ROOT

CHART = ROOT / "charts" / "superzol-operator"
RELEASE = "superzol-operator"
# helm's own is that of its build
VERSION = "1.36.3"


def run_helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the helm of `make tools`, or of PATH."""
    beside = ROOT / ".tools" / "bin" / "helm"
    program = str(beside) if beside.exists() else shutil.which("helm")
    assert program, "there is no helm: make tools"
    return subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, "HOME": os.environ.get("HOME", "/tmp")},
    )


def render(namespace: str, values: Path | None = None, *options: str) -> str:
    """Returns the manifests of a release as YAML. options: such as --set=replicas=2."""
    given = [] if values is None else [f"--values={values}"]
    command = ["template", RELEASE, str(CHART), f"--namespace={namespace}"]
    ended = run_helm(*command, f"--kube-version={VERSION}", *given, *options)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def objects(manifests: str) -> list[dict[str, Any]]:
    """Returns the objects of several YAML documents."""
    return [each for each in yaml.safe_load_all(manifests) if each]
