"""How the operator fares with many resources, against a real API server."""
