-- Closes a version.
-- $1 dataset_key: int2
-- $2 version: int2
UPDATE dataset_version
SET closed_at = now()
WHERE dataset_key = $1
  AND version = $2
