-- The price of one product in one store; a column is null where the product, the store or the price is not known.
-- $1 product_id: text
-- $2 store_id: text
-- Budget: 15 shared buffers
SELECT
    product.product_id,
    store.store_id,
    chain.chain_id,
    open.price AS price_agorot,
    open.flags AS flag_bits,
    store.observed_at AS observed_time,
    store.observed_file,
    store.observed_version,
    open.since AS since_version
FROM (VALUES ($1::text, $2::text)) AS asked (product_id, store_id)
LEFT JOIN product ON product.product_id = asked.product_id
LEFT JOIN store ON store.store_id = asked.store_id
LEFT JOIN chain ON chain.chain_key = store.chain_key
LEFT JOIN offer AS open
    ON open.product_key = product.product_key
    AND open.chain_key = store.chain_key
    AND open.store_key = store.store_key
