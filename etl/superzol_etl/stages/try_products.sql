-- True when no other run holds products.
-- $1 kind of lock: int4
SELECT pg_try_advisory_lock($1, 0)
