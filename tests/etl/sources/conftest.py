"""Fixtures of the sources' tests: a web server, and a Kaggle on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fetching import Fetcher
from tests.support.kaggle import DATASET, Kaggle
from tests.support.web import Web, running_web


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server without files."""
    with running_web() as running:
        yield running


@pytest.fixture
def kaggle(web: Web) -> Kaggle:
    """A Kaggle without versions."""
    return Kaggle(web)


@pytest.fixture
def fetcher(kaggle: Kaggle, tmp_path: Path) -> Fetcher:
    """Fetches from that Kaggle, by the real client."""
    return Fetcher(
        f"kaggle:{DATASET}", tmp_path / "volume", {"SUPERZOL_SOURCE_KAGGLE_URL": kaggle.web.url}
    )
