-- Prices of one store, or of a category in a chain or a city, by price, product and store.
-- $1 store_id: text, null for all
-- $2 chain_id: text, null for all
-- $3 city: text, null for all
-- $4 min_price: int, null for no limit
-- $5 max_price: int, null for no limit
-- $6 observed_from: timestamptz, null for no limit
-- $7 observed_before: timestamptz, null for no limit
-- $8 category_id: text, of a category or a department, null for all
-- $9 unseen_limit: int, days from which on a store unseen is left out
-- $10 direction: int, 1 cheapest first, -1 dearest first, 0 by product and store alone
-- $11 after_key_price: int, of the last row seen, below any for the first page
-- $12 after_product_id: text, of the last row seen, '' for the first page
-- $13 after_store_id: text, of the last row seen, '' for the first page
-- $14 limit: int
-- Budget: 48000 shared buffers
WITH scope AS MATERIALIZED (
    SELECT
        store.store_key,
        store.store_id,
        chain.chain_key,
        chain.chain_id,
        store.observed_at,
        store.observed_file,
        store.observed_version
    FROM store
    JOIN chain ON chain.chain_key = store.chain_key
    WHERE coalesce(store.store_id = $1, true)
        AND coalesce(chain.chain_id = $2, true)
        AND CASE WHEN $3::text IS NULL THEN true ELSE store.search_city = (SELECT city_text($3)) END
        AND coalesce(store.observed_at >= $6, $6::timestamptz IS NULL)
        AND coalesce(store.observed_at < $7, $7::timestamptz IS NULL)
        AND store.unseen_days < $9::int4
), wanted AS MATERIALIZED (
    SELECT array_agg(category_key) AS category_keys
    FROM category
    WHERE category_id = $8::text OR department_id = $8
), standing AS MATERIALIZED (
    SELECT scope.store_key, shelf.product_key, shelf.price
    FROM scope
    JOIN shelf ON shelf.store_key = scope.store_key
    WHERE CASE
            WHEN $8 IS NULL THEN true
            ELSE shelf.category_key = ANY ((SELECT category_keys FROM wanted)::int2[])
                -- What publish moved to another category stands where it stood until its chain is loaded again.
                AND (scope.chain_key, shelf.product_key) NOT IN (SELECT chain_key, product_key FROM shelf_move)
        END
        AND coalesce(shelf.price >= $4::int4, true)
        AND coalesce(shelf.price <= $5::int4, true)
    UNION ALL
    SELECT scope.store_key, move.product_key, pack.prices[place.position]
    FROM shelf_move AS move
    JOIN product ON product.product_key = move.product_key
    JOIN offer_pack AS pack ON pack.product_key = move.product_key AND pack.chain_key = move.chain_key
    JOIN scope ON scope.chain_key = move.chain_key
    CROSS JOIN LATERAL array_position(pack.store_keys, scope.store_key) AS place (position)
    WHERE $8 IS NOT NULL
        AND place.position IS NOT NULL
        AND product.category_key = ANY ((SELECT category_keys FROM wanted)::int2[])
        AND coalesce(pack.prices[place.position] >= $4, true)
        AND coalesce(pack.prices[place.position] <= $5, true)
), next AS (
    -- Enough to fill the page, told by the price alone: identifiers are looked up for these only.
    SELECT standing.product_key, standing.store_key, standing.price
    FROM standing
    WHERE standing.price * $10::int4 >= $11::int8
    ORDER BY standing.price * $10
    FETCH FIRST ((SELECT count(*) FROM standing WHERE standing.price * $10 = $11) + $14) ROWS WITH TIES
), named AS (
    SELECT product.*, sold.store_keys, sold.prices
    FROM (
        SELECT product_key, array_agg(store_key) AS store_keys, array_agg(price) AS prices
        FROM next
        GROUP BY product_key
    ) AS sold
    JOIN product ON product.product_key = sold.product_key
    WHERE product.product_id >= $12 OR $10 <> 0
), page AS (
    SELECT
        scope.store_key,
        scope.store_id,
        scope.chain_key,
        scope.chain_id,
        scope.observed_at,
        scope.observed_file,
        scope.observed_version,
        named.product_key,
        named.product_id,
        named.weighted AS product_weighted,
        named.net_quantity,
        named.net_unit,
        sold.price,
        sold.price * $10 AS key_price
    FROM named
    CROSS JOIN LATERAL unnest(named.store_keys, named.prices) AS sold (store_key, price)
    JOIN scope ON scope.store_key = sold.store_key
    WHERE (sold.price * $10, named.product_id, scope.store_id) > ($11, $12, $13)
    ORDER BY
        key_price,
        named.product_id,
        scope.store_id
    LIMIT $14
)
SELECT
    page.product_id,
    page.store_id,
    page.chain_id,
    page.price AS price_agorot,
    coalesce(pack.flags[place.position], pack.flags[1]) AS flag_bits,
    page.observed_at AS observed_time,
    page.observed_file,
    page.observed_version,
    coalesce(pack.since[place.position], pack.since[1]) AS since_version,
    page.product_weighted,
    page.net_quantity,
    page.net_unit,
    page.key_price
FROM page
JOIN offer_pack AS pack ON pack.product_key = page.product_key AND pack.chain_key = page.chain_key
CROSS JOIN LATERAL array_position(pack.store_keys, page.store_key) AS place (position)
ORDER BY
    page.key_price,
    page.product_id,
    page.store_id
