-- Keeps products from being forgotten until the connection ends, as a run may be about to offer them.
-- $1 kind of lock: int4
SELECT pg_advisory_lock_shared($1, 0)
