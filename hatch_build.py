"""Build hook: makes the gRPC stubs and compiles the scanner, on each install and wheel build."""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from google.type import date_pb2
from grpc_tools import protoc
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

C_SOURCES = Path("etl/superzol_etl/decode")
NOT_COMPILED = "superzol: there is no C compiler that works, so files are read at half the speed:"


class SuperzolHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs protoc over proto/ and a C compiler; also `python hatch_build.py` for `make proto`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        generate(Path(self.root) / "proto")
        if compile_scan(Path(self.root) / C_SOURCES) and self.target_name == "wheel":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform}"


def generate(root: Path) -> None:
    """Writes *_pb2.py, *_pb2_grpc.py and their .pyi for every .proto below root."""
    protos = sorted(str(path) for path in root.rglob("*.proto"))
    well_known = [str(Path(date_pb2.__file__).parents[2]), str(files("grpc_tools") / "_proto")]
    command = ["protoc", f"-I{root}", *(f"-I{path}" for path in well_known)]
    command += [
        f"--{plugin}_out={root}" for plugin in ("python", "grpc_python", "mypy", "mypy_grpc")
    ]
    # protoc looks for the mypy plugins on PATH, where a .venv that was never activated is not
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if protoc.main([*command, *protos]) != 0:
        raise RuntimeError("protoc failed; its messages are above")


def compile_scan(folder: Path) -> bool:
    """Makes libscan.so of the C files beside it. False where that fails: Polars reads then."""
    library = folder / "libscan.so"
    library.unlink(missing_ok=True)
    options = ["-std=c11", "-O3", "-shared", "-fPIC", "-o", str(library)]
    options += sorted(str(path) for path in folder.glob("*.c"))
    said = "install gcc or clang, or ziglang from PyPI"
    for compiler in _compilers():
        command = [*compiler, *options]
        try:
            subprocess.run(command, capture_output=True, text=True, check=True)
            return True
        except OSError as error:
            said = str(error)
        except subprocess.CalledProcessError as error:
            said = f"{shlex.join(command)} says: {error.stderr.strip()}"
    print(f"{NOT_COMPILED} {said}", file=sys.stderr)
    return False


def _compilers() -> Iterator[list[str]]:
    """CC, the machine's own, and the one that PyPI has; for any processor of the machine's kind."""
    if "CC" in os.environ:
        yield shlex.split(os.environ["CC"])
    yield from ([path] for name in ("cc", "gcc", "clang") if (path := shutil.which(name)))
    if find_spec("ziglang"):
        yield [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]


if __name__ == "__main__":
    generate(Path(__file__).parent / "proto")
    compile_scan(Path(__file__).parent / C_SOURCES)
