"""The control plane is the one that the machine names or a build, never a cluster that runs."""

import json
import os
from pathlib import Path

import pytest

from tests.cluster.binaries import PROGRAMS, NoControlPlane, find_binaries
from tests.cluster.control_plane import ControlPlane
from tests.cluster.helm import run_helm


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        program = folder / name
        program.touch()
        program.chmod(0o755)
    return folder


def test_named_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(fill(tmp_path, *PROGRAMS)))

    assert find_binaries() == tmp_path


def test_named_folder_without_a_program_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(fill(tmp_path, *PROGRAMS[1:])))

    with pytest.raises(NoControlPlane, match=f"KUBEBUILDER_ASSETS={tmp_path} lacks etcd"):
        find_binaries()


def test_folder_of_path_with_all_of_them_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    (tmp_path / "some").mkdir()
    some = fill(tmp_path / "some", "kubectl")
    monkeypatch.setenv("PATH", os.pathsep.join([str(some), str(fill(tmp_path, *PROGRAMS))]))

    assert find_binaries() == tmp_path


def test_cluster_of_a_developer_is_left_alone(
    control_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {"name": "theirs", "cluster": {"server": "https://127.0.0.1:1"}}
    theirs = tmp_path / "config"
    theirs.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "clusters": [elsewhere]}))
    monkeypatch.setenv("KUBECONFIG", str(theirs))

    assert control_plane.url in control_plane.kubectl("cluster-info")
    assert str(theirs) not in run_helm("env").stdout
