-- How the files loaded last were written; no row when no load has said it.
-- $1 dataset_key: int2
SELECT etl_stage.report ->> 'era'
FROM etl_stage
JOIN etl_run USING (run_id)
WHERE etl_run.dataset_key = $1
  AND etl_stage.report ? 'era'
ORDER BY etl_stage.ended_at DESC, etl_stage.run_id, etl_stage.stage, etl_stage.shard
LIMIT 1
