-- Notes that a stage of a run began, or began again.
-- $1 run_id: text
-- $2 stage: text
-- $3 shard: int2
-- $4 shards: int2
INSERT INTO etl_stage AS known (run_id, stage, shard, shards, state)
VALUES ($1, $2, $3, $4, 'running')
ON CONFLICT (run_id, stage, shard) DO UPDATE
SET state = 'running',
    attempts = known.attempts + 1,
    started_at = now(),
    ended_at = NULL,
    error = NULL
