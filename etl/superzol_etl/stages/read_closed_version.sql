-- The newest version that publish finished; 0 when there is none.
-- $1 dataset_key: int2
SELECT coalesce(max(version), 0)::int2
FROM dataset_version
WHERE dataset_key = $1
  AND closed_at IS NOT NULL
