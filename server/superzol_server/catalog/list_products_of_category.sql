-- Products of a category, or of all categories of a department, by product_id.
-- $1 chain_id: text, that offers it now, null for all
-- $2 manufacturer: text, null for all
-- $3 weighted: bool, null for both
-- $4 category_id: text, of a category or a department
-- $5 after_product_id: text
-- $6 limit: int
-- Budget: 7000 shared buffers
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
FROM category
-- Each category gives a page in the order of its index; sorting a department's products cost 8,000 rows a page.
CROSS JOIN LATERAL (
    SELECT product.*
    FROM product
    WHERE
        product.category_key = category.category_key
        AND ($1::text IS NULL OR EXISTS (
            SELECT FROM offer_pack AS pack
            JOIN chain ON chain.chain_key = pack.chain_key AND chain.chain_id = $1
            JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
            WHERE pack.product_key = product.product_key
        ))
        AND ($2::text IS NULL OR product.manufacturer = ANY (ARRAY(
            SELECT spelling.name
            FROM manufacturer_spelling AS spelling
            WHERE spelling.search_name = search_text($2)
        )))
        AND ($3::bool IS NULL OR product.weighted = $3)
        AND product.product_id > $5
        -- The same good under the identifier it had before.
        AND product.product_id NOT IN (SELECT old_id FROM product_alias)
    ORDER BY product.product_id
    LIMIT $6
) AS product
LEFT JOIN product_stat AS stat ON stat.product_key = product.product_key
WHERE $4 IN (category.category_id, category.department_id)
ORDER BY product.product_id
LIMIT $6
