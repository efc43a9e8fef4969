-- No longer holds a dataset alone.
-- $1 kind of lock: int4
-- $2 dataset_key: int4
SELECT pg_advisory_unlock($1, $2)
