-- Forgets which promotions some products of a chain are in.
-- $1 chain_key: int2
-- $2 product_keys: int4[]
DELETE FROM promotion_of_product
WHERE chain_key = $1
  AND product_key = ANY ($2)
