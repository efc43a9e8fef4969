-- Says which version a run is about.
-- $1 run_id: text
-- $2 version: int2
UPDATE etl_run
SET version = $2
WHERE run_id = $1
