-- Notes what the stage that ended means for its run: it runs on while one of its stages does.
-- $1 run_id: text
-- $2 result: text
-- $3 version: int2
-- $4 counts: jsonb
-- $5 error: text
UPDATE etl_run
SET state = (
        SELECT CASE
                   WHEN bool_or(state = 'running') THEN 'running'
                   WHEN bool_or(state = 'failed') THEN 'failed'
                   ELSE 'succeeded'
               END
        FROM etl_stage
        WHERE run_id = $1
    ),
    result = $2,
    version = coalesce($3, version),
    counts = $4,
    error = coalesce($5, error),
    ended_at = now()
WHERE run_id = $1
