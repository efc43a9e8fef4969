-- A version of a dataset.
-- $1 dataset_key: int2
-- $2 version: int2
SELECT dataset.dataset_id, dataset_version.day, dataset_version.digest, dataset_version.closed_at
FROM dataset_version
JOIN dataset USING (dataset_key)
WHERE dataset_version.dataset_key = $1
  AND dataset_version.version = $2
