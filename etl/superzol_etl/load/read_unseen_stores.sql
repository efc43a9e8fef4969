-- Those of the stores that are still unseen for so many days.
-- $1 store_keys: int2[]
-- $2 days: int2
SELECT store_key
FROM store
WHERE store_key = ANY ($1)
  AND unseen_days >= $2
