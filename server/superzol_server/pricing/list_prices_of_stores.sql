-- Prices in the stores of a chain or a city in any order, with filters or as of a time, by price, name, product and store.
-- $1 chain_id: text, null for all
-- $2 city: text, null for all
-- $3 min_price: int, null for no limit
-- $4 max_price: int, null for no limit
-- $5 observed_from: timestamptz, null for no limit
-- $6 observed_before: timestamptz, null for no limit
-- $7 category_id: text, of a category or a department, null for all
-- $8 as_of_time: timestamptz, null for now
-- $9 unseen_limit: int, days from which on a store unseen now is left out
-- $10 direction: int, 1 cheapest first, -1 dearest first, 0 for other orders
-- $11 by_unit: bool, it is unit prices that are cheap
-- $12 by_name: bool
-- $13 last_price: float8, key_price of a unit price that is not known
-- $14 after_key_price: float8, of the last row seen, below any for the first page
-- $15 after_key_name: text, of the last row seen, '' for the first page
-- $16 after_product_id: text, of the last row seen, '' for the first page
-- $17 after_store_id: text, of the last row seen, '' for the first page
-- $18 limit: int
-- Budget: 12000 shared buffers
WITH shop AS MATERIALIZED (
    -- Now is after every version, and so in no closed span: their partitions are not even opened.
    SELECT
        store.store_key, store.store_id, chain.chain_key, chain.chain_id, used.version,
        seen.observed_at, seen.observed_file, seen.observed_version
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
), place AS MATERIALIZED (
    -- Arrays, those of stores in the order of the list: no joins, of which planners know only bad orders here.
    SELECT
        array_agg(shop.store_key ORDER BY shop.store_id) AS store_keys,
        array_agg(shop.version ORDER BY shop.store_id) AS versions,
        min(shop.version) AS first_version,
        count(*) FILTER (WHERE shop.store_id <= $17::text) AS passed
    FROM shop
), branch AS MATERIALIZED (
    SELECT
        array_agg(chosen.chain_key) AS chain_keys,
        array_agg(chosen.version) AS versions,
        array_agg(chosen.chain_key) FILTER (
            WHERE stores = (SELECT count(*) FROM store WHERE store.chain_key = chosen.chain_key)
        ) AS whole_chain_keys
    FROM (SELECT chain_key, version, count(*) AS stores FROM shop GROUP BY chain_key, version) AS chosen
), live AS NOT MATERIALIZED (
    SELECT
        each.*,
        CASE WHEN each.priced < each.offers THEN 0 ELSE each.price_min END AS cheapest,
        coalesce(each.price_max, 0) AS dearest
    FROM (
        SELECT ctid AS row_id, *
        FROM offer_pack
        WHERE chain_key = (SELECT chain_key FROM chain WHERE chain_id = $1)
        UNION ALL
        SELECT ctid, *
        FROM offer_pack
        WHERE $1 IS NULL AND chain_key = ANY ((SELECT chain_keys FROM branch)::int2[])
    ) AS each
), former AS MATERIALIZED (
    SELECT former_key, product_key FROM former_product WHERE $8 IS NOT NULL AND coalesce(chain_id = $1, true)
), past AS (
    -- Spans of the time that was asked for, as packs.
    SELECT
        coalesce(former.product_key, span.product_key) AS product_key, span.chain_key, count(*) AS offers,
        array_agg(span.store_key) AS store_keys, array_agg(span.price) AS prices, array_agg(span.valid_from) AS since,
        min(span.price) AS cheapest, max(span.price) AS dearest
    FROM price_span AS span
    LEFT JOIN former ON former.former_key = span.product_key
    CROSS JOIN LATERAL array_position((SELECT store_keys FROM place), span.store_key) AS at (number)
    WHERE span.store_key = ANY ((SELECT store_keys FROM place)::int2[])
        AND span.valid_to > (SELECT first_version FROM place)
        AND (SELECT versions FROM place)[at.number] BETWEEN span.valid_from AND span.valid_to - 1
        -- While a chain changes its writing a store may tell both: the identifier of now counts.
        AND is_told(former.product_key, span.chain_key, span.store_key, (SELECT versions FROM place)[at.number]) IS NOT TRUE
    GROUP BY 1, span.chain_key
), goods AS (
    -- Names, categories and spans are looked up only where they matter: one of the two is empty, and costs nothing.
    SELECT
        live.row_id, live.chain_key, live.product_id, '' AS name,
        false AS product_weighted, NULL::int4 AS net_quantity, NULL::int2 AS net_unit,
        live.cheapest, live.dearest, live.price_min, live.flags, live.store_keys, live.offers, live.changed_version,
        NULL::int4[] AS prices, NULL::int2[] AS since
    FROM live
    WHERE $7::text IS NULL AND $8 IS NULL AND NOT $11::bool AND NOT $12::bool
    UNION ALL
    SELECT
        stock.row_id, stock.chain_key, product.product_id, CASE WHEN $12 THEN product.name ELSE '' END,
        product.weighted, product.net_quantity, product.net_unit,
        stock.cheapest, stock.dearest, stock.price_min, stock.flags, stock.store_keys, stock.offers, stock.changed_version,
        stock.prices, stock.since
    FROM (
        SELECT
            live.row_id, live.product_key, live.chain_key, live.cheapest, live.dearest,
            live.price_min, live.flags, live.store_keys, live.offers, live.changed_version,
            -- Those of a chain are opened when it is known which; a city is in the packs of many chains.
            CASE WHEN $1 IS NULL THEN live.prices END AS prices,
            CASE WHEN $1 IS NULL THEN live.since END AS since
        FROM live
        UNION ALL
        SELECT
            NULL, past.product_key, past.chain_key, past.cheapest, past.dearest,
            nullif(past.cheapest, 0), CASE WHEN words.weighted THEN '{8}'::int2[] ELSE '{0}'::int2[] END,
            past.store_keys, past.offers, 0, past.prices, past.since
        FROM past
        -- Not by its index: there may be as many as goods.
        LEFT JOIN product_in_chain AS words
            ON words.product_key + 0 = past.product_key
            AND words.chain_key = past.chain_key
            AND words.chain_key = ANY ((SELECT chain_keys FROM branch)::int2[])
        WHERE $8 IS NOT NULL
    ) AS stock
    JOIN product ON product.product_key = stock.product_key
    WHERE ($7 IS NOT NULL OR $8 IS NOT NULL OR $11 OR $12)
        AND ($7 IS NULL OR product.category_key = ANY (ARRAY(
            SELECT category_key FROM category WHERE category_id = $7 OR department_id = $7
        )))
), pack AS MATERIALIZED (
    -- Between which keys all offers of a pack are, told without opening it.
    SELECT
        goods.row_id, goods.chain_key, goods.product_id, goods.name AS key_name,
        goods.product_weighted, goods.net_quantity, goods.net_unit,
        goods.prices, goods.since,
        CASE WHEN goods.prices IS NOT NULL THEN goods.store_keys END AS store_keys,
        CASE WHEN goods.prices IS NOT NULL THEN goods.flags END AS flags,
        edge.low, edge.high,
        CASE WHEN whole.chain AND $3::int4 IS NULL AND $4::int4 IS NULL THEN goods.offers ELSE 1 END AS offers,
        goods.changed_version <= (SELECT versions[array_position(chain_keys, goods.chain_key)] FROM branch)
            AND coalesce(goods.cheapest >= $3, true)
            AND coalesce(goods.dearest <= $4, true) AS is_in
    FROM goods
    CROSS JOIN LATERAL (
        SELECT coalesce(goods.chain_key = ANY ((SELECT whole_chain_keys FROM branch)::int2[]), false)
    ) AS whole (chain)
    CROSS JOIN LATERAL (
        SELECT
            min(each.unit_price * $10::int4) AS low,
            -- Flags with 8 are of weighted goods.
            CASE
                WHEN NOT $11 THEN NULL
                WHEN goods.cheapest = 0 THEN $13::float8
                WHEN goods.flags <@ '{8,9,10,12,24}'::int2[] THEN max(each.unit_price * $10)
                WHEN unit_price(1, false, goods.product_weighted, goods.net_quantity, goods.net_unit) IS NULL THEN $13
                ELSE max(each.unit_price * $10)
            END AS high
        FROM (VALUES (goods.price_min), (goods.dearest)) AS told (price)
        CROSS JOIN (VALUES (true), (false)) AS way (weighted)
        CROSS JOIN LATERAL unit_price(told.price, way.weighted, goods.product_weighted, goods.net_quantity, goods.net_unit)
            AS each (unit_price)
        WHERE $11
            AND CASE
                WHEN way.weighted THEN NOT goods.flags <@ '{0,1,2,4,16}'::int2[]
                ELSE NOT goods.flags <@ '{8,9,10,12,24}'::int2[]
            END
    ) AS unit
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN $11 THEN coalesce(unit.low, $13) ELSE least(goods.cheapest * $10, goods.dearest * $10)::float8 END,
            CASE WHEN $11 THEN coalesce(unit.high, $13) ELSE greatest(goods.cheapest * $10, goods.dearest * $10)::float8 END
    ) AS edge (low, high)
    WHERE (whole.chain OR goods.store_keys && (SELECT store_keys FROM place))
        AND coalesce(goods.dearest >= $3, true)
        AND coalesce(goods.cheapest <= $4, true)
        AND (edge.high, goods.name, goods.product_id) >= ($14::float8, $15::text, $16::text)
), bound AS MATERIALIZED (
    -- Packs that are wholly before this one hold enough to fill the page.
    SELECT passed.high, passed.key_name, passed.product_id
    FROM (
        SELECT
            pack.high, pack.key_name, pack.product_id,
            sum(pack.offers) OVER (ORDER BY pack.high, pack.key_name, pack.product_id, pack.chain_key) AS offers
        FROM pack
        WHERE pack.is_in AND (pack.low, pack.key_name, pack.product_id) > ($14, $15, $16)
    ) AS passed
    WHERE passed.offers >= $18::int8
    ORDER BY passed.high, passed.key_name, passed.product_id
    LIMIT 1
), opened AS (
    SELECT
        pack.product_id, pack.key_name,
        pack.product_weighted, pack.net_quantity, pack.net_unit,
        open.store_key, open.price,
        coalesce(open.since, row.since[1], pack.since[1]) AS since,
        -- A pack of spans has the flag of weighted goods or none.
        coalesce(open.flags, row.flags[1], pack.flags[1] | CASE open.price WHEN 0 THEN 1 ELSE 0 END) AS flags
    FROM pack
    LEFT JOIN LATERAL (
        -- The limit keeps a plan from reading the packs of all chains.
        SELECT * FROM offer_pack WHERE ctid = CASE WHEN pack.prices IS NULL THEN pack.row_id END LIMIT 1
    ) AS row ON true
    CROSS JOIN LATERAL unnest(
        coalesce(pack.store_keys, row.store_keys),
        coalesce(pack.prices, row.prices),
        coalesce(pack.since, row.since),
        coalesce(row.flags, CASE WHEN pack.row_id IS NOT NULL THEN pack.flags END)
    ) AS open (store_key, price, since, flags)
    WHERE NOT EXISTS (SELECT FROM bound)
        OR (pack.low, pack.key_name, pack.product_id) <= (SELECT high, key_name, product_id FROM bound)
), page AS (
    SELECT
        opened.product_id, opened.store_key, opened.price, opened.since, opened.flags,
        key.price AS key_price, opened.key_name,
        at.number
    FROM opened
    CROSS JOIN LATERAL array_position((SELECT store_keys FROM place), opened.store_key) AS at (number)
    CROSS JOIN LATERAL unit_price(
        opened.price, opened.flags & 8 <> 0, opened.product_weighted, opened.net_quantity, opened.net_unit
    ) AS each (unit_price)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN $11 THEN coalesce(each.unit_price * $10, $13) ELSE opened.price::float8 * $10 END
    ) AS key (price)
    WHERE at.number IS NOT NULL
        AND opened.since <= (SELECT versions FROM place)[at.number]
        AND coalesce(opened.price >= $3, true)
        AND coalesce(opened.price <= $4, true)
        AND (key.price, opened.key_name, opened.product_id, at.number) > ($14, $15, $16, (SELECT passed FROM place))
    ORDER BY key_price, opened.key_name, opened.product_id, at.number
    LIMIT $18
)
SELECT
    page.product_id,
    shop.store_id,
    shop.chain_id,
    page.price AS price_agorot,
    page.flags AS flag_bits,
    shop.observed_at AS observed_time, shop.observed_file, shop.observed_version,
    page.since AS since_version,
    product.weighted AS product_weighted, product.net_quantity, product.net_unit,
    page.key_price, page.key_name
FROM page
JOIN shop ON shop.store_key = page.store_key
JOIN product ON product.product_id = page.product_id
ORDER BY page.key_price, page.key_name, page.product_id, shop.store_id
