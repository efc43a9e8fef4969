-- The surrogates of the products that a chain has told, of those asked for.
-- $1 chain_key: int2
-- $2 product_ids: text[]
SELECT product_id, product_key
FROM product
JOIN product_in_chain USING (product_key)
WHERE chain_key = $1
  AND product_id = ANY ($2)
