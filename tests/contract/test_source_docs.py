"""docs/sources.md names every setting of the sources with its default."""

import re

from superzol_etl.environment import SourceSettings
from superzol_etl.sources.address import SourceKind
from tests.contract.repository import ROOT

TEXT = (ROOT / "docs" / "sources.md").read_text()


def test_every_setting_stands_there_with_its_default() -> None:
    told = dict(re.findall(r"^\| `SUPERZOL_SOURCE_(\w+)` \| (\S+) \|", TEXT, re.M))
    defaults = {name.upper(): field.default for name, field in SourceSettings.model_fields.items()}
    assert {name: str(value) for name, value in told.items()} == {
        name: f"{value:g}" if isinstance(value, float) else str(value)
        for name, value in defaults.items()
    }


def test_every_kind_of_source_stands_there() -> None:
    named = set(re.findall(r"^\| `(\w+?)s?:", TEXT, re.M))
    assert {kind.value for kind in SourceKind} <= named | {"s3"}
    assert "`s3://BUCKET/PREFIX`" in TEXT
