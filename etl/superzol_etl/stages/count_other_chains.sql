-- How many chains a version has from files, besides these.
-- $1 dataset_key: int2
-- $2 version: int2
-- $3 chain_keys: int2[]
SELECT count(*)
FROM chain_version
JOIN chain USING (chain_key)
WHERE chain.dataset_key = $1
  AND chain_version.version = $2
  AND chain_version.digest <> ''
  AND chain_version.chain_key <> ALL ($3)
