-- The newest version of a chain that is loaded, and what it was made of; no row when none is.
-- $1 chain_key: int2
SELECT version, digest, rows, rejected, changed
FROM chain_version
WHERE chain_key = $1
  AND state = 'loaded'
ORDER BY version DESC
LIMIT 1
