-- What became of chains in a version.
-- $1 chain_keys: int2[]
-- $2 version: int2
SELECT chain_key, state, digest, reason
FROM chain_version
WHERE chain_key = ANY ($1)
  AND version = $2
