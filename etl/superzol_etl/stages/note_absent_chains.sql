-- Says of each chain of the dataset without files in a version that it was absent.
-- $1 dataset_key: int2
-- $2 version: int2
INSERT INTO chain_version (chain_key, version, state)
SELECT chain_key, $2, 'absent'
FROM chain
WHERE dataset_key = $1
  AND NOT retired
ON CONFLICT DO NOTHING
