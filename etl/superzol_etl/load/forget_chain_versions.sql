-- Removes what is known of versions of a chain that are written anew.
-- $1 chain_key: int2
-- $2 versions: int2[]
DELETE FROM chain_version
WHERE chain_key = $1
  AND version = ANY ($2)
