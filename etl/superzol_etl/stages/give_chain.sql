-- Gives a chain to a dataset.
-- $1 chain_key: int2
-- $2 dataset_key: int2
UPDATE chain
SET dataset_key = $2
WHERE chain_key = $1
