-- Runs of the ETL, newest first.
-- $1 dataset_id: text, null for all
-- $2 state: text, null for all
-- $3 before_start: text, of the last row seen, 'infinity' for the first page
-- $4 before_run_id: text
-- $5 limit: int
-- Budget: 3500 shared buffers
WITH page AS MATERIALIZED (
    SELECT *
    FROM etl_run
    WHERE ($1::text IS NULL OR dataset_key = (SELECT dataset_key FROM dataset WHERE dataset_id = $1))
        AND ($2::text IS NULL OR state = $2)
        AND (started_at, run_id) < ($3::text::timestamptz, $4)
    ORDER BY started_at DESC, run_id DESC
    LIMIT $5
)
SELECT
    run.run_id,
    dataset.dataset_id,
    run.stage,
    'RUN_STATE_' || upper(run.state) AS state,
    run.result,
    run.version,
    run.started_at AS start_time,
    run.ended_at AS end_time,
    extract(epoch FROM run.ended_at - run.started_at)::float8 AS duration_seconds,
    files.file_count,
    files.row_count,
    files.loaded_count,
    files.superseded_count,
    files.reject_count,
    coalesce((run.counts ->> 'changed')::int8, 0) AS change_count,
    run.error,
    run.started_at::text AS key_start
FROM page AS run
LEFT JOIN dataset ON dataset.dataset_key = run.dataset_key
CROSS JOIN LATERAL (
    SELECT
        count(*) AS file_count,
        coalesce(sum(rows), 0)::int8 AS row_count,
        coalesce(sum(loaded), 0)::int8 AS loaded_count,
        coalesce(sum(superseded), 0)::int8 AS superseded_count,
        coalesce(sum(rejected), 0)::int8 AS reject_count
    FROM file_report
    WHERE file_report.run_id = run.run_id
) AS files
ORDER BY
    run.started_at DESC,
    run.run_id DESC
LIMIT $5
