-- What became of the chains with files in a version, as a load reports it; seconds of the newest
-- load of each, null where that failed for another chain, and so left no report.
-- $1 dataset_key: int2
-- $2 version: int2
SELECT chain.chain_id AS chain, told.state, told.rows, told.rejected, told.changed, timed.seconds
FROM chain_version AS told
JOIN chain USING (chain_key)
LEFT JOIN (
    SELECT DISTINCT ON (chain)
           detail.chain, detail.seconds
    FROM etl_stage
    JOIN etl_run USING (run_id)
    CROSS JOIN LATERAL jsonb_to_recordset(etl_stage.report -> 'chainDetails')
        AS detail (chain text, seconds float8)
    WHERE etl_run.dataset_key = $1
      AND etl_run.version = $2
    ORDER BY detail.chain, etl_stage.ended_at DESC
) AS timed ON timed.chain = chain.chain_id
WHERE chain.dataset_key = $1
  AND told.version = $2
  AND told.digest <> ''
ORDER BY chain.chain_id
