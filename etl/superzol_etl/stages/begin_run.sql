-- Notes that a run began.
-- $1 run_id: text
-- $2 dataset_key: int2
-- $3 stage: text
INSERT INTO etl_run (run_id, dataset_key, stage, state)
VALUES ($1, $2, $3, 'running')
