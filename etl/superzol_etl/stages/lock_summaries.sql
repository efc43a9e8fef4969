-- Waits until no other publish writes summaries: two would wait for each other, or put older sums over newer ones.
-- $1 kind of lock: int4
SELECT pg_advisory_xact_lock($1, 0)
