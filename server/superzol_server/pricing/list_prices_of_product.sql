-- Prices of one product, by price, unit price or store.
-- $1 product_id: text, also one it had before
-- $2 chain_id: text, null for all
-- $3 store_id: text, null for all
-- $4 city: text, null for all
-- $5 min_price: int, null for no limit
-- $6 max_price: int, null for no limit
-- $7 observed_from: timestamptz, null for no limit
-- $8 observed_before: timestamptz, null for no limit
-- $9 category_id: text, of a category or a department, null for all
-- $10 unseen_limit: int, days from which on a store unseen is left out
-- $11 direction: int, 1 cheapest first, -1 dearest first, 0 by store alone
-- $12 by_unit: bool, it is unit prices that are cheap
-- $13 last_price: float8, key_price of a unit price that is not known
-- $14 after_key_price: float8, of the last row seen, below any for the first page
-- $15 after_store_id: text, of the last row seen, '' for the first page
-- $16 limit: int
-- Budget: 950 shared buffers
WITH asked AS MATERIALIZED (
    SELECT product.product_key, product.weighted, product.net_quantity, product.net_unit
    FROM asked_product AS named
    JOIN product ON product.product_key = named.product_key
    WHERE named.asked_id = $1
)
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
    key.price AS key_price,
    asked.weighted AS product_weighted,
    asked.net_quantity,
    asked.net_unit
FROM offer AS open
CROSS JOIN asked
JOIN chain ON chain.chain_key = open.chain_key
JOIN store ON store.store_key = open.store_key
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN $12::bool THEN coalesce(unit_price(
            open.price, open.flags & 8 <> 0, asked.weighted, asked.net_quantity, asked.net_unit
        ) * $11::int4, $13::float8)
        ELSE open.price::float8 * $11
    END
) AS key (price)
WHERE open.product_key = (SELECT product_key FROM asked)
    AND ($2::text IS NULL OR chain.chain_id = $2)
    AND ($3::text IS NULL OR store.store_id = $3)
    AND CASE WHEN $4::text IS NULL THEN true ELSE store.search_city = (SELECT city_text($4)) END
    AND ($5::int4 IS NULL OR open.price >= $5)
    AND ($6::int4 IS NULL OR open.price <= $6)
    AND ($7::timestamptz IS NULL OR store.observed_at >= $7)
    AND ($8::timestamptz IS NULL OR store.observed_at < $8)
    AND ($9::text IS NULL OR EXISTS (
        SELECT FROM product
        JOIN category ON category.category_key = product.category_key
        WHERE product.product_key = (SELECT product_key FROM asked) AND $9 IN (category.category_id, category.department_id)
    ))
    AND store.unseen_days < $10::int4
    AND (key.price, store.store_id) > ($14::float8, $15)
ORDER BY
    key_price,
    store.store_id
LIMIT $16
