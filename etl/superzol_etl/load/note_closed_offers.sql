-- Counts the offers that publish closed among the changes of a chain's version.
-- $1 chain_key: int2
-- $2 version: int2
-- $3 closed: int8
UPDATE chain_version
SET changed = changed + $3
WHERE chain_key = $1
  AND version = $2
  AND state = 'loaded'
