"""Loads daily snapshots of supermarket prices into Postgres."""
