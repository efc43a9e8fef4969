-- Which version the loads of a run brought; no row where none of them ended well.
-- $1 run_id: text
SELECT CAST(report ->> 'version' AS int2) AS version
FROM etl_stage
WHERE run_id = $1
  AND stage IN ('load', 'refresh')
  AND state = 'succeeded'
ORDER BY ended_at DESC, stage, shard
LIMIT 1
