-- Holds a dataset until the connection ends; false when another run holds it.
-- $1 kind of lock: int4
-- $2 dataset_key: int4
SELECT pg_try_advisory_lock($1, $2)
