-- Says what a chain offers after a version that closed more of its offers.
-- $1 chain_key: int2
-- $2 version: int2
-- $3 closed: int8
-- $4 content_digest: text
UPDATE chain_version
SET changed = changed + $3,
    content_digest = $4
WHERE chain_key = $1
  AND version = $2
  AND state = 'loaded'
