-- The versions of a chain from one on that say what they offer.
-- $1 chain_key: int2
-- $2 version: int2
SELECT version, content_digest
FROM chain_version
WHERE chain_key = $1
  AND version >= $2
  AND content_digest <> ''
ORDER BY version
