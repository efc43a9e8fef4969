-- Keeps products in their categories until the transaction ends; waits for who moves some.
-- $1 kind of lock: int4
SELECT pg_advisory_xact_lock_shared($1, 0)
