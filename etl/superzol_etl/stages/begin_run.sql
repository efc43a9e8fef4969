-- Notes that a run began, or goes on; no row when the run is one of another dataset.
-- $1 run_id: text
-- $2 dataset_key: int2
-- $3 stage: text
INSERT INTO etl_run AS known (run_id, dataset_key, stage, state)
VALUES ($1, $2, $3, 'running')
ON CONFLICT (run_id) DO UPDATE
SET stage = excluded.stage,
    state = 'running',
    ended_at = NULL,
    error = NULL
WHERE known.dataset_key = excluded.dataset_key
RETURNING run_id
