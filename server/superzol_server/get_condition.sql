-- How fresh the data are, and how the last run of the ETL went.
-- Budget: 1000 shared buffers
SELECT
    stores.newest_observed_time,
    run.run_id,
    run.stage,
    run.state,
    run.result,
    run.version,
    run.started_at AS start_time,
    run.ended_at AS end_time
FROM (
    SELECT max(store.observed_at) AS newest_observed_time
    FROM store
    JOIN chain ON chain.chain_key = store.chain_key
    JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
) AS stores
LEFT JOIN LATERAL (
    SELECT *
    FROM etl_run
    ORDER BY started_at DESC, run_id DESC
    LIMIT 1
) AS run ON true
LIMIT 1
