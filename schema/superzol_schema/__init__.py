"""Tables, functions and roles of the database: the contract between the ETL and the server."""
