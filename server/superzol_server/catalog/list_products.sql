-- Products, by product_id; without chain_id, manufacturer and category_id, for which other statements are faster.
-- $1 chain_id: text, that offers it now, null for all
-- $2 manufacturer: text, null for all
-- $3 weighted: bool, null for both
-- $4 category_id: text, of a category or a department, null for all
-- $5 after_product_id: text
-- $6 limit: int
-- Budget: 1600 shared buffers
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
    stat.chains AS chain_count
FROM product
LEFT JOIN category ON category.category_key = product.category_key
LEFT JOIN product_stat AS stat ON stat.product_key = product.product_key
WHERE
    $1::text IS NULL
    AND $2::text IS NULL
    AND $4::text IS NULL
    AND ($3::bool IS NULL OR product.weighted = $3)
    AND product.product_id > $5
    -- The same good under the identifier it had before.
    AND product.product_id NOT IN (SELECT old_id FROM product_alias)
ORDER BY product.product_id
LIMIT $6
