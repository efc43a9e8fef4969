-- Products that one chain offers now, by product_id; without category_id, for which another statement is faster.
-- $1 chain_id: text, that offers it now
-- $2 manufacturer: text, null for all
-- $3 weighted: bool, null for both
-- $4 category_id: text, of a category or a department, null for all
-- $5 after_product_id: text
-- $6 limit: int
-- Budget: 2700 shared buffers
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
FROM offer_pack AS pack
JOIN product ON product.product_key = pack.product_key
LEFT JOIN category ON category.category_key = product.category_key
LEFT JOIN product_stat AS stat ON stat.product_key = product.product_key
WHERE
    pack.chain_key = (
        SELECT chain.chain_key
        FROM chain
        JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
        WHERE chain.chain_id = $1
    )
    AND ($2::text IS NULL OR product.manufacturer = ANY (ARRAY(
        SELECT spelling.name
        FROM manufacturer_spelling AS spelling
        WHERE spelling.search_name = search_text($2)
    )))
    AND ($3::bool IS NULL OR product.weighted = $3)
    AND $4::text IS NULL
    AND pack.product_id > $5
ORDER BY pack.product_id
LIMIT $6
