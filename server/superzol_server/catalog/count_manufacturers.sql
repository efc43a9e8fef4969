-- Number of manufacturers that list_manufacturers would list.
-- Budget: 200 shared buffers
SELECT count(DISTINCT product.manufacturer) AS total_size
FROM product
WHERE product.manufacturer > ''
    AND product.product_id NOT IN (SELECT old_id FROM product_alias)
LIMIT 1
