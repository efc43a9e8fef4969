-- The newest loaded version of a chain, and what became of it in one version.
-- $1 chain_key: int2
-- $2 version: int2
SELECT max(version) FILTER (WHERE state = 'loaded') AS newest_loaded,
       max(state) FILTER (WHERE version = $2) AS state,
       max(digest) FILTER (WHERE version = $2) AS digest
FROM chain_version
WHERE chain_key = $1
