-- Counts a publication and says what it published.
-- $1 dataset_key: int2
-- $2 chain_key: int2, null for the publish step
-- $3 version: int2
-- $4 changed: int8
WITH counted AS (
    UPDATE dataset
    SET generation = generation + 1,
        updated_at = now()
    WHERE dataset_key = $1
    RETURNING generation
)
INSERT INTO publication (dataset_key, generation, chain_key, version, changed)
SELECT $1, generation, $2, $3, $4
FROM counted
