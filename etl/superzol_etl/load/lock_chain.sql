-- Holds a chain until the transaction ends; waits for a loader that holds it.
-- $1 kind of lock: int4
-- $2 chain_key: int4
SELECT pg_advisory_xact_lock($1, $2)
