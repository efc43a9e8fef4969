-- Holds a run until the transaction ends; waits for a stage of it that is ending.
-- $1 run_id: text
SELECT run_id
FROM etl_run
WHERE run_id = $1
FOR UPDATE
