-- The surrogate of a dataset, added when it is new.
-- $1 dataset_id: text
-- $2 name: text
WITH added AS (
    INSERT INTO dataset (dataset_id, name)
    SELECT $1, $2
    WHERE NOT EXISTS (SELECT FROM dataset WHERE dataset_id = $1)
    ON CONFLICT DO NOTHING
    RETURNING dataset_key
)
SELECT dataset_key FROM added
UNION ALL
SELECT dataset_key FROM dataset WHERE dataset_id = $1
