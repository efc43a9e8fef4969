-- Number of prices in the stores of a chain or a city, with filters or as of a time.
-- $1 chain_id: text, null for all
-- $2 city: text, null for all
-- $3 min_price: int, null for no limit
-- $4 max_price: int, null for no limit
-- $5 observed_from: timestamptz, null for no limit
-- $6 observed_before: timestamptz, null for no limit
-- $7 category_id: text, of a category or a department, null for all
-- $8 as_of_time: timestamptz, null for now
-- $9 unseen_limit: int, days from which on a store unseen now is left out
-- Budget: 8500 shared buffers
WITH shop AS MATERIALIZED (
    -- Now is after every version, and so in no closed span: their partitions are not even opened.
    SELECT store.store_key, store.chain_key, used.version
    FROM chain
    LEFT JOIN LATERAL (
        SELECT version
        FROM chain_version
        WHERE chain_key = chain.chain_key AND state = 'loaded' AND cutoff_at <= $8
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded ON $8 IS NOT NULL
    CROSS JOIN LATERAL (SELECT CASE WHEN $8::timestamptz IS NULL THEN 32767 ELSE loaded.version END) AS used (version)
    JOIN store ON store.chain_key = chain.chain_key
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
    WHERE coalesce(chain.chain_id = $1, true)
        AND used.version IS NOT NULL
        AND CASE WHEN $2::text IS NULL THEN true ELSE store.search_city = (SELECT city_text($2)) END
        AND coalesce(seen.observed_at >= $5, $5::timestamptz IS NULL)
        AND coalesce(seen.observed_at < $6, $6::timestamptz IS NULL)
        AND ($8 IS NOT NULL OR store.unseen_days < $9::int4)
), wanted AS MATERIALIZED (
    SELECT product.product_key
    FROM product
    JOIN category ON category.category_key = product.category_key
    WHERE category.category_id = $7::text OR category.department_id = $7
), former AS MATERIALIZED (
    SELECT former_key, product_key FROM former_product WHERE $8 IS NOT NULL AND coalesce(chain_id = $1, true)
)
SELECT count(*) AS total_size
FROM (
    SELECT pack.product_key, NULL::int4 AS current_key, open.store_key, open.price,
        coalesce(open.since, pack.since[1]) AS since, 32767 AS valid_to
    FROM offer_pack AS pack
    CROSS JOIN LATERAL unnest(pack.store_keys, pack.prices, pack.since) AS open (store_key, price, since)
    WHERE pack.chain_key = (SELECT chain_key FROM chain WHERE chain_id = $1)
    UNION ALL
    SELECT pack.product_key, NULL, open.store_key, open.price, coalesce(open.since, pack.since[1]), 32767
    FROM offer_pack AS pack
    CROSS JOIN LATERAL unnest(pack.store_keys, pack.prices, pack.since) AS open (store_key, price, since)
    WHERE $1 IS NULL
        AND pack.chain_key = ANY (ARRAY(SELECT chain_key FROM shop))
        AND pack.product_key IN (SELECT product_key FROM wanted)
    UNION ALL
    SELECT span.product_key, former.product_key, span.store_key, span.price, span.valid_from, span.valid_to
    FROM price_span AS span
    LEFT JOIN former ON former.former_key = span.product_key
    WHERE span.store_key = ANY (ARRAY(SELECT store_key FROM shop))
        AND span.valid_to > (SELECT min(version) FROM shop)
) AS told
JOIN shop ON shop.store_key = told.store_key
WHERE told.since <= shop.version
    AND (told.valid_to > shop.version OR told.valid_to = 32767)
    AND coalesce(told.price >= $3::int4, true)
    AND coalesce(told.price <= $4::int4, true)
    AND ($7 IS NULL OR coalesce(told.current_key, told.product_key) IN (SELECT product_key FROM wanted))
    -- While a chain changes its writing a store may tell both: the identifier of now counts.
    AND is_told(told.current_key, shop.chain_key, told.store_key, shop.version) IS NOT TRUE
