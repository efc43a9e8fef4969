-- Prices of one store in any order or as of a time, by price or unit price, name and product.
-- $1 store_id: text
-- $2 chain_id: text, null for all
-- $3 city: text, null for all
-- $4 min_price: int, null for no limit
-- $5 max_price: int, null for no limit
-- $6 observed_from: timestamptz, null for no limit
-- $7 observed_before: timestamptz, null for no limit
-- $8 category_id: text, of a category or a department, null for all
-- $9 as_of_time: timestamptz, null for now
-- $10 direction: int, 1 cheapest first, -1 dearest first, 0 for other orders
-- $11 by_unit: bool, it is unit prices that are cheap
-- $12 by_name: bool
-- $13 last_price: float8, key_price of a unit price that is not known
-- $14 after_key_price: float8, of the last row seen, below any for the first page
-- $15 after_key_name: text, of the last row seen, '' for the first page
-- $16 after_product_id: text, of the last row seen, '' for the first page
-- $17 limit: int
-- Budget: 4700 shared buffers
WITH asked AS MATERIALIZED (
    -- Now is after every version, and so in no closed span: their partitions are not even opened.
    SELECT
        store.store_key,
        chain.chain_key,
        chain.chain_id,
        used.version,
        seen.observed_at,
        seen.observed_file,
        seen.observed_version
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
        SELECT store.observed_at, store.observed_file, store.observed_version
        WHERE $9 IS NULL
        UNION ALL
        (
            SELECT sighting.last_at, sighting.last_file, sighting.version
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
    SELECT
        pack.product_key,
        pack.prices[place.position] AS price,
        coalesce(pack.since[place.position], pack.since[1]) AS since,
        coalesce(pack.flags[place.position], pack.flags[1]) AS flags
    FROM offer_pack AS pack
    CROSS JOIN LATERAL array_position(pack.store_keys, (SELECT store_key FROM asked)) AS place (position)
    WHERE pack.chain_key = (SELECT chain_key FROM asked)
        AND place.position IS NOT NULL
        AND coalesce(pack.since[place.position], pack.since[1]) <= (SELECT version FROM asked)
    UNION ALL
    SELECT
        coalesce(former.product_key, span.product_key),
        span.price,
        span.valid_from,
        CASE span.price WHEN 0 THEN 1 ELSE 0 END + CASE WHEN words.weighted THEN 8 ELSE 0 END
    FROM price_span AS span
    LEFT JOIN former ON former.former_key = span.product_key
    LEFT JOIN product_in_chain AS words
        ON words.product_key = span.product_key
        AND words.chain_key = span.chain_key
    WHERE span.store_key = (SELECT store_key FROM asked)
        AND span.valid_to > (SELECT version FROM asked)
        AND span.valid_from <= (SELECT version FROM asked)
        -- While a chain changes its writing a store may tell both: the identifier of now counts.
        AND is_told(former.product_key, span.chain_key, span.store_key, (SELECT version FROM asked)) IS NOT TRUE
), chosen AS (
    SELECT
        told.product_key,
        product.product_id,
        product.weighted AS product_weighted,
        product.net_quantity,
        product.net_unit,
        told.price,
        told.since,
        told.flags,
        CASE
            WHEN $11::bool THEN coalesce(unit_price(
                told.price, told.flags & 8 <> 0, product.weighted, product.net_quantity, product.net_unit
            ) * $10::int4, $13::float8)
            ELSE told.price::float8 * $10
        END AS key_price,
        CASE WHEN $12::bool THEN product.name ELSE '' END AS key_name
    FROM told
    JOIN product ON product.product_key = told.product_key
    WHERE coalesce(told.price >= $4::int4, true)
        AND coalesce(told.price <= $5::int4, true)
        AND ($8::text IS NULL OR product.category_key = ANY (ARRAY(
            SELECT category_key FROM category WHERE category_id = $8 OR department_id = $8
        )))
), page AS (
    SELECT *
    FROM chosen
    WHERE (key_price, key_name, product_id) > ($14::float8, $15, $16)
    ORDER BY
        key_price,
        key_name,
        product_id
    LIMIT $17
)
SELECT
    page.product_id,
    $1 AS store_id,
    asked.chain_id,
    page.price AS price_agorot,
    page.flags AS flag_bits,
    asked.observed_at AS observed_time,
    asked.observed_file,
    asked.observed_version,
    page.since AS since_version,
    page.product_weighted,
    page.net_quantity,
    page.net_unit,
    page.key_price,
    page.key_name
FROM page
CROSS JOIN asked
ORDER BY
    page.key_price,
    page.key_name,
    page.product_id
