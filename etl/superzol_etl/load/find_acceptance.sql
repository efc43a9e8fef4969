-- True when a person accepted these files of a chain for a version.
-- $1 chain_key: int2
-- $2 version: int2
-- $3 digest: text
SELECT EXISTS (
    SELECT FROM etl_decision
    WHERE action = 'accept'
      AND chain_key = $1
      AND version = $2
      AND digest = $3
)
