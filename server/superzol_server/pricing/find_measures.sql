-- What packages of products hold, by product.
-- $1 product_ids: text[]
-- Budget: 7000 shared buffers
SELECT
    product.product_id,
    product.weighted AS product_weighted,
    product.net_quantity,
    product.net_unit
FROM product
WHERE product.product_id = ANY ($1)
ORDER BY product.product_id
