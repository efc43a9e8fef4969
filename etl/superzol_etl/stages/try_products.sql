-- True when no other run holds products; then none begins to until the transaction ends.
-- $1 kind of lock: int4
SELECT pg_try_advisory_xact_lock($1, 0)
