-- Words of the names of products, many names in one text.
-- $1 after_product_key: int, 0 to begin with
-- $2 limit: int, products
-- Budget: 1100 shared buffers
SELECT
    string_agg(part.search_name, ' ') AS names,
    max(part.product_key) AS key_product
FROM (
    SELECT product.product_key, product.search_name
    FROM product
    WHERE product.product_key > $1
    ORDER BY product.product_key
    LIMIT $2
) AS part
HAVING count(*) > 0
LIMIT 1
