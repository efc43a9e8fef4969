-- The run that holds a dataset, or held it last.
-- $1 dataset_key: int2
SELECT run_id
FROM dataset
WHERE dataset_key = $1
