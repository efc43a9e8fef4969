-- What a stage of a run reported, by shard; no report while it is not done.
-- $1 run_id: text
-- $2 stage: text
SELECT dataset.dataset_id, etl_stage.shard, etl_stage.shards,
       CASE WHEN etl_stage.state = 'succeeded' THEN etl_stage.report END AS report
FROM etl_stage
JOIN etl_run USING (run_id)
JOIN dataset USING (dataset_key)
WHERE etl_stage.run_id = $1
  AND etl_stage.stage = $2
ORDER BY etl_stage.shard
