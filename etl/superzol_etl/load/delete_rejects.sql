-- Forgets the rows of a file that a run refused when it read it before.
-- $1 run_id: text
-- $2 file: text
DELETE FROM reject
WHERE run_id = $1
  AND file = $2
