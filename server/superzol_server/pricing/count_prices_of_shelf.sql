-- Number of prices of one store with filters or as of a time.
-- $1 store_id: text
-- $2 chain_id: text, null for all
-- $3 city: text, null for all
-- $4 min_price: int, null for no limit
-- $5 max_price: int, null for no limit
-- $6 observed_from: timestamptz, null for no limit
-- $7 observed_before: timestamptz, null for no limit
-- $8 category_id: text, of a category or a department, null for all
-- $9 as_of_time: timestamptz, null for now
-- Budget: 2000 shared buffers
WITH asked AS MATERIALIZED (
    -- Now is after every version, and so in no closed span: their partitions are not even opened.
    SELECT store.store_key, chain.chain_key, chain.chain_id, used.version
    FROM store
    JOIN chain ON chain.chain_key = store.chain_key
    LEFT JOIN LATERAL (
        SELECT version
        FROM chain_version
        WHERE chain_key = chain.chain_key AND state = 'loaded' AND cutoff_at <= $9
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded ON $9 IS NOT NULL
    CROSS JOIN LATERAL (SELECT CASE WHEN $9::timestamptz IS NULL THEN 32767 ELSE loaded.version END) AS used (version)
    LEFT JOIN LATERAL (
        SELECT store.observed_at
        WHERE $9 IS NULL
        UNION ALL
        (
            SELECT sighting.last_at
            FROM store_sighting AS sighting
            WHERE $9 IS NOT NULL AND sighting.store_key = store.store_key AND sighting.version <= used.version
            ORDER BY sighting.version DESC
            LIMIT 1
        )
    ) AS seen ON true
    WHERE store.store_id = $1
        AND coalesce(chain.chain_id = $2, true)
        AND CASE WHEN $3::text IS NULL THEN true ELSE store.search_city = (SELECT city_text($3)) END
        AND coalesce(seen.observed_at >= $6, $6::timestamptz IS NULL)
        AND coalesce(seen.observed_at < $7, $7::timestamptz IS NULL)
), former AS MATERIALIZED (
    SELECT former_key, product_key FROM former_product WHERE $9 IS NOT NULL AND chain_id = (SELECT chain_id FROM asked)
), told AS (
    SELECT pack.product_key, pack.prices[place.position] AS price
    FROM offer_pack AS pack
    CROSS JOIN LATERAL array_position(pack.store_keys, (SELECT store_key FROM asked)) AS place (position)
    WHERE pack.chain_key = (SELECT chain_key FROM asked)
        AND place.position IS NOT NULL
        AND coalesce(pack.since[place.position], pack.since[1]) <= (SELECT version FROM asked)
    UNION ALL
    SELECT coalesce(former.product_key, span.product_key), span.price
    FROM price_span AS span
    LEFT JOIN former ON former.former_key = span.product_key
    WHERE span.store_key = (SELECT store_key FROM asked)
        AND span.valid_to > (SELECT version FROM asked)
        AND span.valid_from <= (SELECT version FROM asked)
        -- While a chain changes its writing a store may tell both: the identifier of now counts.
        AND is_told(former.product_key, span.chain_key, span.store_key, (SELECT version FROM asked)) IS NOT TRUE
)
SELECT count(*) AS total_size
FROM told
WHERE coalesce(told.price >= $4::int4, true)
    AND coalesce(told.price <= $5::int4, true)
    AND ($8::text IS NULL OR told.product_key IN (
        SELECT product.product_key
        FROM product
        JOIN category ON category.category_key = product.category_key
        WHERE category.category_id = $8 OR category.department_id = $8
    ))
