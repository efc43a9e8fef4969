-- The owner of a dataset; it becomes the one who asks when it had none.
-- $1 dataset_key: int2
-- $2 owner: text
WITH claimed AS (
    UPDATE dataset
    SET owner = $2
    WHERE dataset_key = $1
      AND owner = ''
      AND $2 <> ''
    RETURNING owner
)
SELECT coalesce((SELECT owner FROM claimed), dataset.owner) AS owner
FROM dataset
WHERE dataset_key = $1
