-- The identifiers of products.
-- $1 product_keys: int4[]
SELECT product_key, product_id
FROM product
WHERE product_key = ANY ($1)
