-- The ChainId each store of a chain was published under.
-- $1 chain_key: int2
SELECT code, legal_id
FROM store
WHERE chain_key = $1
  AND legal_id IS NOT NULL
