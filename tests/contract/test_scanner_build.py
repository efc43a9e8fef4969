"""An install compiles the scanner where it can, and goes on where it cannot."""

import ctypes
import shutil
from pathlib import Path

import pytest

import hatch_build
from tests.contract.repository import ROOT


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for source in (ROOT / hatch_build.C_SOURCES).glob("*.[ch]"):
        shutil.copy(source, tmp_path)
    return tmp_path


@pytest.mark.parametrize("broken", ["false", "/nowhere/cc"])
def test_a_compiler_that_does_not_work_is_passed_over(
    sources: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setenv("CC", broken)
    assert hatch_build.compile_scan(sources)
    assert ctypes.CDLL(str(sources / "libscan.so")).scan_prices


def test_without_a_compiler_an_install_says_so_and_leaves_no_scanner_of_before(
    sources: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (sources / "libscan.so").touch()
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(hatch_build, "find_spec", lambda _: None)
    assert not hatch_build.compile_scan(sources)
    assert not (sources / "libscan.so").exists()
    assert "install gcc or clang, or ziglang from PyPI" in capsys.readouterr().err
