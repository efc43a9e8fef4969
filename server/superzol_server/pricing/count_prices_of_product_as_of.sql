-- Number of prices of one product as of a time.
-- $1 product_id: text
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
    SELECT product_key, product_id
    FROM product
    WHERE product_id = $1
), used AS MATERIALIZED (
    SELECT
        chain.chain_key,
        chain.chain_id,
        words.weighted,
        loaded.version
    FROM asked
    CROSS JOIN chain
    CROSS JOIN LATERAL (
        SELECT version
        FROM chain_version
        WHERE chain_key = chain.chain_key AND state = 'loaded' AND cutoff_at <= $10
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded
    LEFT JOIN product_in_chain AS words
        ON words.product_key = asked.product_key
        AND words.chain_key = chain.chain_key
    WHERE $2::text IS NULL OR chain.chain_id = $2
), told AS (
    SELECT open.chain_key, open.store_key, open.price, open.since, open.flags
    FROM offer AS open
    WHERE open.product_key = (SELECT product_key FROM asked)
    UNION ALL
    SELECT span.chain_key, span.store_key, span.price, span.valid_from, NULL
    FROM price_span AS span
    JOIN used ON used.chain_key = span.chain_key AND used.version < span.valid_to
    WHERE span.product_key = (SELECT product_key FROM asked)
        AND span.valid_to > (SELECT min(version) FROM used)
)
SELECT count(*) AS total_size
FROM told
JOIN used ON used.chain_key = told.chain_key AND told.since <= used.version
JOIN store ON store.store_key = told.store_key
LEFT JOIN LATERAL (
    SELECT sighting.last_at, sighting.last_file, sighting.version
    FROM store_sighting AS sighting
    WHERE sighting.store_key = store.store_key AND sighting.version <= used.version
    ORDER BY sighting.version DESC
    LIMIT 1
) AS seen ON true
WHERE coalesce(store.store_id = $3, true)
    AND CASE WHEN $4::text IS NULL THEN true ELSE search_text(store.city) = (SELECT city_text($4)) END
    AND coalesce(told.price >= $5::int4, true)
    AND coalesce(told.price <= $6::int4, true)
    AND coalesce(seen.last_at >= $7, $7::timestamptz IS NULL)
    AND coalesce(seen.last_at < $8, $8::timestamptz IS NULL)
    AND ($9::text IS NULL OR EXISTS (
        SELECT FROM product
        JOIN category ON category.category_key = product.category_key
        WHERE product.product_id = $1 AND $9 IN (category.category_id, category.department_id)
    ))
