-- Holds the right to claim a dataset until the transaction ends.
-- $1 kind of lock: int4
-- $2 dataset_key: int4
SELECT pg_advisory_xact_lock($1, $2)
