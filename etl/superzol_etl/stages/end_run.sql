-- Notes how a run ended.
-- $1 run_id: text
-- $2 state: text
-- $3 result: text
-- $4 version: int2
-- $5 counts: jsonb
-- $6 error: text
UPDATE etl_run
SET state = $2,
    result = $3,
    version = $4,
    counts = $5,
    error = $6,
    ended_at = now()
WHERE run_id = $1
