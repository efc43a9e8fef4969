"""Server and schema refuse the same URLs of a database."""

from tests.contract.repository import ROOT


def test_server_and_schema_check_a_url_alike() -> None:
    of_server, of_schema = (
        ROOT / program / "database_url.py"
        for program in ("server/superzol_server", "schema/superzol_schema")
    )
    assert of_server.read_text() == of_schema.read_text()
