-- Prices of one chain, by product and store.
-- $1 chain_id: text
-- $2 after_product_id: text, of the last row seen, '' for the first page
-- $3 after_store_id: text, of the last row seen, '' for the first page
-- $4 limit: int
-- Budget: 700 shared buffers
SELECT
    pack.product_id,
    store.store_id,
    $1 AS chain_id,
    open.price AS price_agorot,
    open.flags AS flag_bits,
    store.observed_at AS observed_time,
    store.observed_file,
    store.observed_version,
    open.since AS since_version
FROM offer_pack AS pack
CROSS JOIN LATERAL unnest(pack.store_keys, pack.prices, pack.since, pack.flags) AS open (store_key, price, since, flags)
JOIN store ON store.store_key = open.store_key
WHERE pack.chain_key = (SELECT chain_key FROM chain WHERE chain_id = $1)
    AND pack.product_id >= $2
    AND (pack.product_id, store.store_id) > ($2, $3)
ORDER BY
    pack.product_id,
    store.store_id
LIMIT $4
