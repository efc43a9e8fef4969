-- Number of prices of one product as of a time.
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
-- Budget: 4500 shared buffers
WITH asked AS MATERIALIZED (
    SELECT product_key, product_keys
    FROM asked_product
    WHERE asked_id = $1
), used AS MATERIALIZED (
    SELECT
        chain.chain_key,
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
    SELECT open.product_key, open.chain_key, open.store_key, open.price, open.since, 32767 AS until
    FROM offer AS open
    WHERE open.product_key = ANY ((SELECT product_keys FROM asked)::int4[])
    UNION ALL
    SELECT span.product_key, span.chain_key, span.store_key, span.price, span.valid_from, span.valid_to
    FROM price_span AS span
    WHERE span.product_key = ANY ((SELECT product_keys FROM asked)::int4[])
        AND span.valid_to > (SELECT min(version) FROM used)
), standing AS (
    -- While a chain changes its writing a store may tell both: the identifier of now counts.
    SELECT DISTINCT ON (told.store_key)
        used.version,
        told.store_key,
        told.price
    FROM told
    JOIN used ON used.chain_key = told.chain_key AND told.since <= used.version AND told.until > used.version
    ORDER BY
        told.store_key,
        told.product_key <> (SELECT product_key FROM asked)
)
SELECT count(*) AS total_size
FROM standing
JOIN store ON store.store_key = standing.store_key
LEFT JOIN LATERAL (
    SELECT sighting.last_at, sighting.last_file, sighting.version
    FROM store_sighting AS sighting
    WHERE sighting.store_key = store.store_key AND sighting.version <= standing.version
    ORDER BY sighting.version DESC
    LIMIT 1
) AS seen ON true
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
