-- The code of each store of a chain, and whether it is one of those asked for that are still unseen for so many days.
-- $1 chain_key: int2
-- $2 store_keys: int2[]
-- $3 days: int2
SELECT store_key, code, store_key = ANY ($2) AND unseen_days >= $3 AS unseen
FROM store
WHERE chain_key = $1
