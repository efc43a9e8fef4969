"""Loads daily snapshots of supermarket prices into Postgres."""

import os

# Read by numpy when it is imported. Measured: asking for huge pages doubles the time of sorting a
# chain, as each new array is cleared 2 MB at a time.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
