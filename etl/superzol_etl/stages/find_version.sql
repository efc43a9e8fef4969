-- The newest version of these files; null when there is none.
-- $1 dataset_key: int2
-- $2 digest: text
SELECT max(version)
FROM dataset_version
WHERE dataset_key = $1
  AND digest = $2
