-- What the newest version of each chain brought, by chain.
-- $1 dataset_id: text
-- $2 after_chain_id: text
-- $3 limit: int
-- Budget: 2500 shared buffers
WITH page AS MATERIALIZED (
    SELECT chain.chain_key, chain.chain_id
    FROM chain
    JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
    WHERE dataset.dataset_id = $1 AND chain.chain_id > $2
    ORDER BY chain.chain_id
    LIMIT $3
)
SELECT
    page.chain_id,
    newest.version,
    'COVERAGE_STATE_' || upper(newest.state) AS state,
    served.version AS served_version,
    newest.reason,
    stores.last_file,
    stores.last_file_time,
    stores.store_count,
    newest.stores AS reporting_store_count,
    newest.rows AS row_count,
    previous.rows AS previous_row_count,
    newest.rejected AS reject_count,
    rejects.key_reasons,
    rejects.key_counts
FROM page
CROSS JOIN LATERAL (
    SELECT
        count(*) AS store_count,
        max(store.observed_at) AS last_file_time,
        (array_agg(store.observed_file ORDER BY store.observed_at DESC, store.observed_file)
            FILTER (WHERE store.observed_at IS NOT NULL))[1] AS last_file
    FROM store
    WHERE store.chain_key = page.chain_key
) AS stores
LEFT JOIN LATERAL (
    SELECT told.version, told.state, told.reason, told.stores, told.rows, told.rejected
    FROM chain_version AS told
    WHERE told.chain_key = page.chain_key
    ORDER BY told.version DESC
    LIMIT 1
) AS newest ON true
LEFT JOIN LATERAL (
    SELECT max(told.version) AS version
    FROM chain_version AS told
    WHERE told.chain_key = page.chain_key AND told.state = 'loaded'
) AS served ON true
LEFT JOIN LATERAL (
    SELECT told.rows
    FROM chain_version AS told
    WHERE told.chain_key = page.chain_key AND told.state = 'loaded' AND told.version < newest.version
    ORDER BY told.version DESC
    LIMIT 1
) AS previous ON true
LEFT JOIN LATERAL (
    -- A version that was loaded again was judged by its last run.
    SELECT run.run_id
    FROM etl_run AS run
    WHERE run.version = newest.version
        AND EXISTS (
            SELECT FROM file_report AS report
            WHERE report.run_id = run.run_id AND report.chain_key = page.chain_key
        )
    ORDER BY run.started_at DESC, run.run_id DESC
    LIMIT 1
) AS told_by ON true
CROSS JOIN LATERAL (
    SELECT
        array_agg(counted.reason ORDER BY counted.count DESC, counted.reason) AS key_reasons,
        array_agg(counted.count ORDER BY counted.count DESC, counted.reason) AS key_counts
    FROM (
        SELECT refused.reason, sum(refused.count)::int8 AS count
        FROM file_report AS report
        CROSS JOIN LATERAL unnest(report.reject_reasons, report.reject_counts) AS refused (reason, count)
        WHERE report.run_id = told_by.run_id AND report.chain_key = page.chain_key
        GROUP BY refused.reason
    ) AS counted
) AS rejects
ORDER BY page.chain_id
LIMIT $3
