-- The closed versions of a dataset from one on, oldest first.
-- $1 dataset_key: int2
-- $2 version: int2
SELECT version
FROM dataset_version
WHERE dataset_key = $1
  AND version >= $2
  AND closed_at IS NOT NULL
ORDER BY version
