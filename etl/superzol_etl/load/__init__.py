"""From typed columns to the database: what changed, and nothing else, travels."""
