-- Holds a dataset, with others, until the connection ends; false when someone holds it alone.
-- $1 kind of lock: int4
-- $2 dataset_key: int4
SELECT pg_try_advisory_lock_shared($1, $2)
