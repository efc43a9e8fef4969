"""Build hook: generates the gRPC stubs beside their .proto, on every install and wheel build."""

import os
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from google.type import date_pb2
from grpc_tools import protoc
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StubsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs protoc over proto/; also `python hatch_build.py` for `make proto`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        generate(Path(self.root) / "proto")


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


if __name__ == "__main__":
    generate(Path(__file__).parent / "proto")
