"""Defaults and limits of the command line."""

import os

# More than three workers gained nothing on four cores: Postgres takes the rest (measured).
DEFAULT_WORKERS = max(1, min(3, (os.cpu_count() or 1) - 1))
DEFAULT_DATASET = "israeli-supermarkets"
MAX_VERSION = 32_766  # versions are int2, and a span ends before the next one
MAX_SHARDS = 256  # of the operator; there are some 40 chains
IDENTIFIER = r"[a-z0-9]+(-[a-z0-9]+)*"  # of a dataset, as in israeli-supermarkets
RUN_ID = r"[A-Za-z0-9._-]{1,100}"
