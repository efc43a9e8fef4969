-- The surrogate of a chain, added when it is new, and the dataset it belongs to.
-- $1 dataset_key: int2
-- $2 chain_id: text
WITH added AS (
    INSERT INTO chain (dataset_key, chain_id, name)
    SELECT $1, $2, $2
    WHERE NOT EXISTS (SELECT FROM chain WHERE chain_id = $2)
    ON CONFLICT DO NOTHING
    RETURNING chain_key, dataset_key
), found AS (
    SELECT chain_key, dataset_key FROM added
    UNION ALL
    SELECT chain_key, dataset_key FROM chain WHERE chain_id = $2
)
SELECT found.chain_key, found.dataset_key, dataset.dataset_id
FROM found
JOIN dataset USING (dataset_key)
