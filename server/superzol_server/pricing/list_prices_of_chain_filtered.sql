-- Prices of one chain with filters or as of a time, by product and store.
-- $1 chain_id: text
-- $2 city: text, null for all
-- $3 min_price: int, null for no limit
-- $4 max_price: int, null for no limit
-- $5 observed_from: timestamptz, null for no limit
-- $6 observed_before: timestamptz, null for no limit
-- $7 category_id: text, of a category or a department, null for all
-- $8 as_of_time: timestamptz, null for now
-- $9 unseen_limit: int, days from which on a store unseen now is left out
-- $10 after_product_id: text, of the last row seen, '' for the first page
-- $11 after_store_id: text, of the last row seen, '' for the first page
-- $12 limit: int
-- Budget: 110000 shared buffers
WITH used AS MATERIALIZED (
    -- Now is after every version, and so in no closed span: their partitions are not even opened.
    SELECT
        chain.chain_key,
        CASE WHEN $8::timestamptz IS NULL THEN 32767 ELSE loaded.version END AS version
    FROM chain
    LEFT JOIN LATERAL (
        SELECT version
        FROM chain_version
        WHERE chain_key = chain.chain_key AND state = 'loaded' AND cutoff_at <= $8
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded ON $8 IS NOT NULL
    WHERE chain.chain_id = $1
), shop AS MATERIALIZED (
    SELECT
        store.store_key,
        store.store_id,
        seen.observed_at,
        seen.observed_file,
        seen.observed_version
    FROM used
    JOIN store ON store.chain_key = used.chain_key
    LEFT JOIN LATERAL (
        SELECT store.observed_at, store.observed_file, store.observed_version
        WHERE $8 IS NULL
        UNION ALL
        (
            SELECT sighting.last_at, sighting.last_file, sighting.version
            FROM store_sighting AS sighting
            WHERE $8 IS NOT NULL AND sighting.store_key = store.store_key AND sighting.version <= used.version
            ORDER BY sighting.version DESC
            LIMIT 1
        )
    ) AS seen ON true
    WHERE CASE WHEN $2::text IS NULL THEN true ELSE search_text(store.city) = (SELECT city_text($2)) END
        AND coalesce(seen.observed_at >= $5, $5::timestamptz IS NULL)
        AND coalesce(seen.observed_at < $6, $6::timestamptz IS NULL)
        AND ($8 IS NOT NULL OR store.unseen_days < $9::int4)
), place AS MATERIALIZED (
    -- Stores as an array in the order of the list: no join, of which planners know only bad orders here.
    SELECT
        array_agg(store_key ORDER BY store_id) AS store_keys,
        count(*) FILTER (WHERE store_id <= $11) AS passed
    FROM shop
), page AS (
    SELECT
        known.product_id,
        known.weighted,
        told.store_key,
        told.price,
        told.since,
        told.flags,
        array_position((SELECT store_keys FROM place), told.store_key) AS number
    FROM (
        SELECT words.product_key, words.weighted, product.product_id
        FROM product_in_chain AS words
        JOIN product ON product.product_key = words.product_key
        WHERE words.chain_key = (SELECT chain_key FROM used)
            AND product.product_id >= $10
            AND ($7::text IS NULL OR product.category_key = ANY (ARRAY(
                SELECT category_key FROM category WHERE category_id = $7 OR department_id = $7
            )))
        ORDER BY product.product_id
    ) AS known
    CROSS JOIN LATERAL (
        SELECT open.store_key, open.price, open.since, open.flags
        FROM offer AS open
        WHERE open.product_key = known.product_key
            AND open.chain_key = (SELECT chain_key FROM used)
            AND open.since <= (SELECT version FROM used)
        UNION ALL
        SELECT span.store_key, span.price, span.valid_from, NULL
        FROM price_span AS span
        WHERE span.product_key = known.product_key
            AND span.chain_key = (SELECT chain_key FROM used)
            AND span.valid_to > (SELECT version FROM used)
            AND span.valid_from <= (SELECT version FROM used)
    ) AS told
    WHERE array_position((SELECT store_keys FROM place), told.store_key) IS NOT NULL
        AND coalesce(told.price >= $3::int4, true)
        AND coalesce(told.price <= $4::int4, true)
        AND (
            known.product_id > $10
            OR array_position((SELECT store_keys FROM place), told.store_key) > (SELECT passed FROM place)
        )
    ORDER BY
        known.product_id,
        number
    LIMIT $12
)
SELECT
    page.product_id,
    shop.store_id,
    $1 AS chain_id,
    page.price AS price_agorot,
    coalesce(page.flags, CASE page.price WHEN 0 THEN 1 ELSE 0 END + CASE WHEN page.weighted THEN 8 ELSE 0 END)
        AS flag_bits,
    shop.observed_at AS observed_time,
    shop.observed_file,
    shop.observed_version,
    page.since AS since_version
FROM page
JOIN shop ON shop.store_key = page.store_key
ORDER BY
    page.product_id,
    shop.store_id
