-- Forgets of chains that a version brings with other files now what was said of those before; loaded ones stay.
-- $1 version: int2
-- $2 chain_keys: int2[]
-- $3 digests: text[], of the files now
DELETE FROM chain_version AS told
USING unnest($2::int2[], $3::text[]) AS given (chain_key, digest)
WHERE told.chain_key = given.chain_key
  AND told.version = $1
  AND told.state IN ('held_back', 'absent')
  AND told.digest <> given.digest
