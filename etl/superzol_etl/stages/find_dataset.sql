-- The surrogate of a dataset.
-- $1 dataset_id: text
SELECT dataset_key
FROM dataset
WHERE dataset_id = $1
