"""Reads SQL statements that stand beside the code that runs them."""

from functools import cache
from importlib.resources import files


@cache
def load_sql(package: str, name: str) -> str:
    """The text of `<name>.sql` in a package such as superzol_etl.load."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")
