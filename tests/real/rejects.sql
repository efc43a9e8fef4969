-- Rows that the newest run refused.
-- Budget: 100 shared buffers
SELECT reject.file, reject.line, reject.reason, reject.raw
FROM reject
WHERE reject.run_id = (SELECT run.run_id FROM etl_run AS run ORDER BY run.started_at DESC LIMIT 1)
ORDER BY reject.file, reject.line
LIMIT 1000
