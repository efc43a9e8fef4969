"""From the bytes of a CSV to typed columns."""
