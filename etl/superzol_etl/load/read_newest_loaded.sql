-- The newest version of a chain that is loaded; 0 when none is.
-- $1 chain_key: int2
SELECT coalesce(max(version), 0)
FROM chain_version
WHERE chain_key = $1
  AND state = 'loaded'
