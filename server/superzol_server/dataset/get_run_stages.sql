-- Stages and shards of a run, by their start.
-- $1 run_id: text
-- Budget: 20 shared buffers
SELECT
    part.stage,
    part.shard,
    part.shards AS shard_count,
    'RUN_STATE_' || upper(part.state) AS state,
    part.attempts AS attempt_count,
    part.started_at AS start_time,
    part.ended_at AS end_time,
    part.error
FROM etl_stage AS part
WHERE part.run_id = $1
ORDER BY
    part.started_at,
    part.stage,
    part.shard
