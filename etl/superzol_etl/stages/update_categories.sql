-- Moves products to other categories.
-- $1 product_keys: int4[]
-- $2 category_keys: int2[]
UPDATE product
SET category_key = moved.category_key
FROM unnest($1::int4[], $2::int2[]) AS moved (product_key, category_key)
WHERE product.product_key = moved.product_key
