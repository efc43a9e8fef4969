-- Forgets where products of a chain stood before they moved: its shelves are right now.
-- $1 chain_key: int2
-- $2 product_keys: int4[]
DELETE FROM shelf_move
WHERE chain_key = $1
  AND product_key = ANY ($2)
