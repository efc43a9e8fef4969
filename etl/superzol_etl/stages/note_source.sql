-- Says where the snapshots of a dataset come from.
-- $1 dataset_key: int2
-- $2 source_url: text
UPDATE dataset
SET source_url = $2,
    updated_at = now()
WHERE dataset_key = $1
  AND source_url <> $2
