-- What became of each file of the newest run.
-- Budget: 100 shared buffers
SELECT report.file, report.state, report.rows, report.loaded, report.superseded, report.rejected
FROM file_report AS report
WHERE report.run_id = (SELECT run.run_id FROM etl_run AS run ORDER BY run.started_at DESC LIMIT 1)
ORDER BY report.file
LIMIT 1000
