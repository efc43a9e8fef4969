-- The category of each product, and the one on whose shelves this chain's offers of it stand, in the order asked.
-- $1 chain_key: int2
-- $2 product_keys: int4[], ascending
SELECT string_agg(int2send(coalesce(product.category_key, 0::int2)), '' ORDER BY product.product_key) AS category_keys,
       string_agg(int2send(coalesce(move.category_key, product.category_key, 0::int2)), '' ORDER BY product.product_key)
           AS shelved
FROM product
LEFT JOIN shelf_move AS move ON move.chain_key = $1 AND move.product_key = product.product_key
WHERE product.product_key = ANY ($2::int4[])
