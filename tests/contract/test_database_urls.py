"""Server, schema and ETL refuse the same URLs of a database."""

from tests.contract.repository import ROOT

PROGRAMS = ("server/superzol_server", "schema/superzol_schema", "etl/superzol_etl")


def test_server_schema_and_etl_check_a_url_alike() -> None:
    files = [ROOT / program / "database_url.py" for program in PROGRAMS]
    of_server, of_schema, of_etl = (file.read_text() for file in files)
    assert of_server == of_schema == of_etl
