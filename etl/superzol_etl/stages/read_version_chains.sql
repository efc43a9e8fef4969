-- The chains of a version that its files told something of, and what each offers.
-- $1 dataset_key: int2
-- $2 version: int2
SELECT chain.chain_id, chain_version.digest, chain_version.content_digest
FROM chain_version
JOIN chain USING (chain_key)
WHERE chain.dataset_key = $1
  AND chain_version.version = $2
  AND chain_version.content_digest <> ''
ORDER BY chain.chain_id
