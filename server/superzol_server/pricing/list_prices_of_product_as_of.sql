-- Prices of one product as of a time, by price, unit price or store.
-- $1 product_id: text, also one it had before
-- $2 chain_id: text, null for all
-- $3 store_id: text, null for all
-- $4 city: text, null for all
-- $5 min_price: int, null for no limit
-- $6 max_price: int, null for no limit
-- $7 observed_from: timestamptz, null for no limit
-- $8 observed_before: timestamptz, null for no limit
-- $9 category_id: text, of a category or a department, null for all
-- $10 as_of_time: timestamptz
-- $11 direction: int, 1 cheapest first, -1 dearest first, 0 by store alone
-- $12 by_unit: bool, it is unit prices that are cheap
-- $13 last_price: float8, key_price of a unit price that is not known
-- $14 after_key_price: float8, of the last row seen, below any for the first page
-- $15 after_store_id: text, of the last row seen, '' for the first page
-- $16 limit: int
-- Budget: 4500 shared buffers
WITH asked AS MATERIALIZED (
    SELECT
        product.product_key,
        product.product_id,
        named.product_keys,
        product.weighted,
        product.net_quantity,
        product.net_unit
    FROM asked_product AS named
    JOIN product ON product.product_key = named.product_key
    WHERE named.asked_id = $1
), used AS MATERIALIZED (
    SELECT
        chain.chain_key,
        chain.chain_id,
        loaded.version
    FROM chain
    CROSS JOIN LATERAL (
        SELECT version
        FROM chain_version
        WHERE chain_key = chain.chain_key AND state = 'loaded' AND cutoff_at <= $10
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded
    WHERE $2::text IS NULL OR chain.chain_id = $2
), told AS (
    SELECT open.product_key, open.chain_key, open.store_key, open.price, open.since, 32767 AS until, open.flags
    FROM offer AS open
    WHERE open.product_key = ANY ((SELECT product_keys FROM asked)::int4[])
    UNION ALL
    SELECT span.product_key, span.chain_key, span.store_key, span.price, span.valid_from, span.valid_to, NULL
    FROM price_span AS span
    WHERE span.product_key = ANY ((SELECT product_keys FROM asked)::int4[])
        AND span.valid_to > (SELECT min(version) FROM used)
), words AS MATERIALIZED (
    SELECT product_key, chain_key, weighted
    FROM product_in_chain
    WHERE product_key = ANY ((SELECT product_keys FROM asked)::int4[])
), standing AS (
    -- While a chain changes its writing a store may tell both: the identifier of now counts.
    SELECT DISTINCT ON (told.store_key)
        told.product_key,
        told.chain_key,
        used.chain_id,
        used.version,
        told.store_key,
        told.price,
        told.since,
        told.flags
    FROM told
    JOIN used ON used.chain_key = told.chain_key AND told.since <= used.version AND told.until > used.version
    ORDER BY
        told.store_key,
        told.product_key <> (SELECT product_key FROM asked)
)
SELECT
    (SELECT product_id FROM asked) AS product_id,
    store.store_id,
    standing.chain_id,
    standing.price AS price_agorot,
    marked.flags AS flag_bits,
    seen.last_at AS observed_time,
    seen.last_file AS observed_file,
    seen.version AS observed_version,
    standing.since AS since_version,
    key.price AS key_price,
    asked.weighted AS product_weighted,
    asked.net_quantity,
    asked.net_unit
FROM standing
JOIN store ON store.store_key = standing.store_key
CROSS JOIN asked
LEFT JOIN LATERAL (
    SELECT sighting.last_at, sighting.last_file, sighting.version
    FROM store_sighting AS sighting
    WHERE sighting.store_key = store.store_key AND sighting.version <= standing.version
    ORDER BY sighting.version DESC
    LIMIT 1
) AS seen ON true
LEFT JOIN words
    ON words.product_key = standing.product_key
    AND words.chain_key = standing.chain_key
CROSS JOIN LATERAL (
    SELECT coalesce(standing.flags, CASE standing.price WHEN 0 THEN 1 ELSE 0 END + CASE WHEN words.weighted THEN 8 ELSE 0 END)
) AS marked (flags)
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN $12::bool THEN coalesce(unit_price(
            standing.price, marked.flags & 8 <> 0, asked.weighted, asked.net_quantity, asked.net_unit
        ) * $11::int4, $13::float8)
        ELSE standing.price::float8 * $11
    END
) AS key (price)
WHERE coalesce(store.store_id = $3, true)
    AND CASE WHEN $4::text IS NULL THEN true ELSE store.search_city = (SELECT city_text($4)) END
    AND coalesce(standing.price >= $5::int4, true)
    AND coalesce(standing.price <= $6::int4, true)
    AND coalesce(seen.last_at >= $7, $7::timestamptz IS NULL)
    AND coalesce(seen.last_at < $8, $8::timestamptz IS NULL)
    AND ($9::text IS NULL OR EXISTS (
        SELECT FROM product
        JOIN category ON category.category_key = product.category_key
        WHERE product.product_key = (SELECT product_key FROM asked) AND $9 IN (category.category_id, category.department_id)
    ))
    AND (key.price, store.store_id) > ($14::float8, $15)
ORDER BY
    key_price,
    store.store_id
LIMIT $16
