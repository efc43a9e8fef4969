-- One run of the ETL.
-- $1 run_id: text
-- Budget: 20 shared buffers
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
    run.error
FROM etl_run AS run
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
WHERE run.run_id = $1
