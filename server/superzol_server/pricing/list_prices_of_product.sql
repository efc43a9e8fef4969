-- Prices of one product, by price and store, or by store.
-- $1 product_id: text
-- $2 chain_id: text, null for all
-- $3 store_id: text, null for all
-- $4 direction: int, 1 cheapest first, -1 dearest first, 0 by store alone
-- $5 after_key_price: int, of the last row seen, below any for the first page
-- $6 after_store_id: text, of the last row seen, '' for the first page
-- $7 limit: int
-- Budget: 60 shared buffers
SELECT
    open.product_id,
    store.store_id,
    chain.chain_id,
    open.price AS price_agorot,
    open.flags AS flag_bits,
    store.observed_at AS observed_time,
    store.observed_file,
    store.observed_version,
    open.since AS since_version,
    open.price * $4::int4 AS key_price
FROM offer AS open
JOIN chain ON chain.chain_key = open.chain_key
JOIN store ON store.store_key = open.store_key
WHERE open.product_key = (SELECT product_key FROM product WHERE product_id = $1)
    AND ($2::text IS NULL OR chain.chain_id = $2)
    AND ($3::text IS NULL OR store.store_id = $3)
    AND (open.price * $4, store.store_id) > ($5::int8, $6)
ORDER BY
    key_price,
    store.store_id
LIMIT $7
