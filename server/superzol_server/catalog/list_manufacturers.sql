-- Manufacturers with the number of their products, by name.
-- $1 after_name: text
-- $2 limit: int
-- Budget: 600 shared buffers
SELECT
    product.manufacturer AS name,
    count(*) AS product_count
FROM product
WHERE product.manufacturer > $1
    -- The same good under the identifier it had before.
    AND product.product_id NOT IN (SELECT old_id FROM product_alias)
GROUP BY product.manufacturer
ORDER BY product.manufacturer
LIMIT $2
