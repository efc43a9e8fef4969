-- Prices of one store, by product.
-- $1 store_id: text
-- $2 chain_id: text, null for all
-- $3 after_product_id: text, of the last row seen, '' for the first page
-- $4 limit: int
-- Budget: 6600 shared buffers
WITH page AS (
    SELECT
        pack.product_id,
        store.store_id,
        chain.chain_id,
        pack.prices[place.position] AS price_agorot,
        coalesce(pack.flags[place.position], pack.flags[1]) AS flag_bits,
        store.observed_at AS observed_time,
        store.observed_file,
        store.observed_version,
        coalesce(pack.since[place.position], pack.since[1]) AS since_version
    FROM offer_pack AS pack
    CROSS JOIN LATERAL array_position(pack.store_keys, (SELECT store_key FROM store WHERE store_id = $1)) AS place (position)
    JOIN store ON store.store_id = $1
    JOIN chain ON chain.chain_key = store.chain_key AND ($2::text IS NULL OR chain.chain_id = $2)
    WHERE pack.chain_key = (SELECT chain_key FROM store WHERE store_id = $1)
        AND pack.product_id > $3
        AND place.position IS NOT NULL
    ORDER BY pack.product_id
    LIMIT $4
)
SELECT
    page.*,
    product.weighted AS product_weighted,
    product.net_quantity,
    product.net_unit
FROM page
JOIN product ON product.product_id = page.product_id
ORDER BY page.product_id
