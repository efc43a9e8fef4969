-- Says which run holds a dataset.
-- $1 dataset_key: int2
-- $2 run_id: text
UPDATE dataset
SET run_id = $2
WHERE dataset_key = $1
