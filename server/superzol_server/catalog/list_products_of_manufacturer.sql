-- Products of one manufacturer in any writing, by product_id.
-- $1 chain_id: text, that offers it now, null for all
-- $2 manufacturer: text
-- $3 weighted: bool, null for both
-- $4 category_id: text, of a category or a department, null for all
-- $5 after_product_id: text
-- $6 limit: int
-- Budget: 2000 shared buffers
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
FROM manufacturer_spelling AS spelling
-- Of each spelling as many as the page has: the index has products in order within one alone.
CROSS JOIN LATERAL (
    SELECT *
    FROM product AS made
    WHERE
        made.manufacturer = spelling.name
        AND ($1::text IS NULL OR EXISTS (
            SELECT FROM offer_pack AS pack
            JOIN chain ON chain.chain_key = pack.chain_key AND chain.chain_id = $1
            JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
            WHERE pack.product_key = made.product_key
        ))
        AND ($3::bool IS NULL OR made.weighted = $3)
        AND ($4::text IS NULL OR made.category_key = ANY (ARRAY(
            SELECT shelf.category_key
            FROM category AS shelf
            WHERE $4 IN (shelf.category_id, shelf.department_id)
        )))
        AND made.product_id > $5
        -- The same good under the identifier it had before.
        AND made.product_id NOT IN (SELECT old_id FROM product_alias)
    ORDER BY made.product_id
    LIMIT $6
) AS product
LEFT JOIN category ON category.category_key = product.category_key
LEFT JOIN product_stat AS stat ON stat.product_key = product.product_key
WHERE spelling.search_name = search_text($2)
ORDER BY product.product_id
LIMIT $6
