-- The files of a chain that each run of a version read, the newest run first.
-- $1 chain_key: int2
-- $2 version: int2
SELECT array_agg(report.file) AS files
FROM file_report AS report
JOIN etl_run AS run USING (run_id)
WHERE report.chain_key = $1
  AND run.version = $2
GROUP BY run.run_id
ORDER BY run.started_at DESC, run.run_id
