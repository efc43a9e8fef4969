-- No longer holds a dataset with others.
-- $1 kind of lock: int4
-- $2 dataset_key: int4
SELECT pg_advisory_unlock_shared($1, $2)
