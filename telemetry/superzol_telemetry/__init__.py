"""JSON logs, the one thing the programs share."""
