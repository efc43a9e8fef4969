"""Settings of the ETL, read from the environment; options of the command line come first."""

import os

# More than three workers gained nothing on four cores: Postgres takes the rest (measured,
# etl_perf).
DEFAULT_WORKERS = max(1, min(3, (os.cpu_count() or 1) - 1))
DEFAULT_DATASET = "israeli-supermarkets"
MAX_VERSION = 32_766  # versions are int2, and a span ends before the next one
