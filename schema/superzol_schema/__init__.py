"""Tables, functions and roles of the database: the contract between the ETL and the server."""

from superzol_schema.migration import upgrade

__all__ = ["upgrade"]
