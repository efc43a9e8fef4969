-- The newest version that has a day.
-- $1 dataset_key: int2
SELECT max(version)
FROM dataset_version
WHERE dataset_key = $1
  AND day IS NOT NULL
