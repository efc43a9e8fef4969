-- Number of prices of one store, or of a category in a chain or a city.
-- $1 store_id: text, null for all
-- $2 chain_id: text, null for all
-- $3 city: text, null for all
-- $4 min_price: int, null for no limit
-- $5 max_price: int, null for no limit
-- $6 observed_from: timestamptz, null for no limit
-- $7 observed_before: timestamptz, null for no limit
-- $8 category_id: text, of a category or a department, null for all
-- $9 unseen_limit: int, days from which on a store unseen is left out
-- Budget: 1700 shared buffers
WITH scope AS MATERIALIZED (
    SELECT store.store_key, store.chain_key
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
), standing AS (
    SELECT shelf.product_key, shelf.price
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
    SELECT move.product_key, pack.prices[place.position]
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
)
SELECT count(*) AS total_size
FROM standing
