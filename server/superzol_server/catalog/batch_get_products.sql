-- Products with their price summaries, in the order asked for.
-- $1 product_ids: text[], also such as products had before
-- $2 limit: int
-- Budget: 1600 shared buffers
WITH asked AS MATERIALIZED (
    SELECT
        product_key,
        array_agg(asked_id) AS asked_ids,
        min(array_position($1::text[], asked_id)) AS place
    FROM asked_product
    WHERE asked_id = ANY ($1)
    GROUP BY product_key
)
SELECT
    asked.asked_ids,
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
FROM asked
JOIN product ON product.product_key = asked.product_key
LEFT JOIN category ON category.category_key = product.category_key
LEFT JOIN product_stat AS stat ON stat.product_key = product.product_key
WHERE product.product_key = ANY (ARRAY(SELECT product_key FROM asked))
ORDER BY asked.place
LIMIT $2
