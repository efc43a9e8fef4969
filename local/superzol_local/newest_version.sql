-- The newest version that any chain was loaded with, 0 for an empty database.
-- Budget: 4 shared buffers
SELECT coalesce(max(version), 0) AS version
FROM chain_version
WHERE state = 'loaded'
ORDER BY version
LIMIT 1;
