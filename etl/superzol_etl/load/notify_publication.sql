-- Wakes who waits for publications.
-- $1 generation: text
SELECT pg_notify('publication', $1)
