"""Reads the SQL statements that stand beside the services."""

from functools import cache
from importlib.resources import files

# One round trip and one snapshot for the data and its generation, also when no row is found.
SNAPSHOT = """SELECT snapshot.answer_generation, answer.*
FROM (SELECT coalesce(sum(generation), 0)::int8 AS answer_generation FROM dataset) AS snapshot
LEFT JOIN LATERAL (SELECT true AS answer_found, statement.* FROM (
{statement}
) AS statement) AS answer ON true"""


@cache
def load_statement(package: str, name: str) -> str:
    """Returns `<name>.sql` of a package, made to answer with the generation of the data it read.

    Database.fetch takes the two added columns off again.
    """
    return SNAPSHOT.replace("{statement}", read_statement(package, name))


def load_statements() -> list[str]:
    """Returns every statement of the server, as load_statement does."""
    folders = [each.name for each in files(__package__).iterdir() if each.is_dir()]
    return [
        load_statement(package, file.name.removesuffix(".sql"))
        for package in (__package__, *(f"{__package__}.{name}" for name in sorted(folders)))
        for file in files(package).iterdir()
        if file.name.endswith(".sql")
    ]


def read_statement(package: str, name: str) -> str:
    """Returns `<name>.sql` of a package as it stands."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")
