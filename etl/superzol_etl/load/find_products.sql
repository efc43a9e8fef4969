-- The surrogates of the products that are known.
-- $1 product_ids: text[]
SELECT product_id, product_key
FROM product
WHERE product_id = ANY ($1)
