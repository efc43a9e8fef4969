-- The versions of which a chain's files were applied, oldest first, and what it offered after each.
-- $1 chain_key: int2
SELECT version, digest, content_digest, state
FROM chain_version
WHERE chain_key = $1
  AND (state IN ('loaded', 'forgotten') OR content_digest <> '')
ORDER BY version
