-- Holds the right to move products until the transaction ends; waits for who writes shelves.
-- $1 kind of lock: int4
SELECT pg_advisory_xact_lock($1, 0)
