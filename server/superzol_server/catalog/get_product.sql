-- One product with its price summary and its other spellings.
-- $1 product_id: text, also one it had before
-- Budget: 20 shared buffers
SELECT
    product.product_id,
    product.name,
    CASE WHEN product.scope = 0 THEN product.code END AS gtin,
    product.manufacturer,
    product.country,
    product.weighted,
    product.net_quantity / 1000.0::float8 AS net_quantity,
    product.net_unit,
    product.pieces AS piece_count,
    category.category_id,
    category.department_id,
    stat.price_min AS price_min_agorot,
    stat.price_avg AS price_avg_agorot,
    stat.price_max AS price_max_agorot,
    stat.stores AS store_count,
    stat.chains AS chain_count,
    ARRAY(
        SELECT spelling.name
        FROM product_in_chain AS spelling
        WHERE spelling.product_key = product.product_key AND spelling.name <> product.name
        GROUP BY spelling.name
        ORDER BY count(*) DESC, spelling.name COLLATE "C"
    ) AS other_names
FROM asked_product AS asked
JOIN product ON product.product_key = asked.product_key
LEFT JOIN category ON category.category_key = product.category_key
LEFT JOIN product_stat AS stat ON stat.product_key = product.product_key
WHERE asked.asked_id = $1
LIMIT 1
