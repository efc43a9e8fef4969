-- Says which version closed the offers of stores.
-- $1 store_keys: int2[]
-- $2 version: int2
UPDATE store
SET closed_version = $2
WHERE store_key = ANY ($1)
