-- Empties the shelves of stores that offer nothing any more.
-- $1 store_keys: int2[]
DELETE FROM shelf_pack
WHERE store_key = ANY ($1)
