-- Notes how a stage of a run ended.
-- $1 run_id: text
-- $2 stage: text
-- $3 shard: int2
-- $4 state: text
-- $5 report: jsonb
-- $6 error: text
UPDATE etl_stage
SET state = $4,
    report = $5,
    error = $6,
    ended_at = now()
WHERE run_id = $1
  AND stage = $2
  AND shard = $3
