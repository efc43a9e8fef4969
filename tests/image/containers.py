"""Runs a program of an image as Kubernetes would: its user, a read-only root, no privileges."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

# $1 the root, $2 user:group, $3 a folder to see as /data; then the program
ENTER = """
set -eu
root=$1 user=$2 data=$3
shift 3
mkdir -p "$root/data"
mount --bind "$root" "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$data" "$root/data"
mount -o remount,bind,ro "$root"
export PATH="$PATH:/usr/sbin:/sbin"  # where Debian has chroot
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"
"""
OWN_NAMESPACES = ("unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child")


class Image(NamedTuple):
    """An image whose files are mounted at root."""

    root: Path
    user: str
    folder: str
    entrypoint: tuple[str, ...]
    environment: tuple[str, ...]

    @property
    def packages(self) -> Path:
        """Where the packages of its virtual environment lie."""
        (found,) = self.root.glob("opt/superzol/lib/python3*/site-packages")
        return found

    def command(
        self, *words: str, data: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> list[str]:
        """What runs a program in it. data: a folder to see as /data."""
        told = [f"{name}={value}" for name, value in (environment or {}).items()]
        inside = ["/usr/bin/env", "-i", "-C", self.folder, *self.environment, *told, *words]
        entered = ["sh", "-c", ENTER, "enter", str(self.root), self.user]
        return [*OWN_NAMESPACES, *entered, str(data or tempfile.gettempdir()), *inside]

    def run(
        self, *words: str, data: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program in it to the end."""
        command = self.command(*words, data=data, environment=environment)
        return subprocess.run(command, capture_output=True, text=True, timeout=240)


@contextmanager
def mounted_image(target: str) -> Iterator[Image]:
    """The image of a target of the Dockerfile, as `make images` left it."""
    container = _buildah("from", f"localhost/superzol-{target}:dev")
    try:
        told = json.loads(_buildah("inspect", container))["OCIv1"]["config"]
        yield Image(
            root=Path(_buildah("mount", container)),
            user=told["User"],
            folder=told["WorkingDir"],
            entrypoint=tuple(told["Entrypoint"]),
            environment=tuple(told["Env"]),
        )
    finally:
        _buildah("rm", container)


def _buildah(*words: str) -> str:
    store = Path(_cache()) / "images"
    command = ["buildah", "--root", str(store / "root"), "--runroot", str(store / "run"), *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stderr}\nrun make images first"
    return done.stdout.strip()


def _cache() -> str:
    """The folder that .ci/build-image uses."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("SUPERZOL_CACHE") or f"{home}/superzol"
