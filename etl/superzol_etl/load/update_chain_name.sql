-- Names a chain as its newest Stores file does.
-- $1 chain_key: int2
-- $2 name: text
UPDATE chain
SET name = $2
WHERE chain_key = $1
  AND name <> $2
