-- Gives a dataset to another owner; who owned it before, no row when nothing changes.
-- $1 dataset_key: int2
-- $2 owner: text
WITH known AS (
    SELECT dataset_key, owner
    FROM dataset
    WHERE dataset_key = $1
    FOR UPDATE
)
UPDATE dataset
SET owner = $2
FROM known
WHERE dataset.dataset_key = known.dataset_key
  AND known.owner <> $2
RETURNING known.owner
