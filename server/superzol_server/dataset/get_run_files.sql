-- What became of each file of a run, by file.
-- $1 run_id: text
-- Budget: 120 shared buffers
SELECT
    report.file,
    chain.chain_id,
    report.state,
    report.digest,
    report.rows AS row_count,
    report.loaded AS loaded_count,
    report.superseded AS superseded_count,
    report.rejected AS reject_count,
    report.drift AS unknown_columns,
    report.problem
FROM file_report AS report
LEFT JOIN chain ON chain.chain_key = report.chain_key
WHERE report.run_id = $1
ORDER BY report.file
