-- Holds a dataset alone until it is released; false when a run holds it.
-- $1 kind of lock: int4
-- $2 dataset_key: int4
SELECT pg_try_advisory_lock($1, $2)
