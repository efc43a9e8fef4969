-- The newest version of a chain that is loaded and had full price files, and their rows.
-- $1 chain_key: int2
SELECT version, full_rows
FROM chain_version
WHERE chain_key = $1
  AND state = 'loaded'
  AND full_rows > 0
ORDER BY version DESC
LIMIT 1
