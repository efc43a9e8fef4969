-- What each store of a scope asks for the goods of a category that it shares with others, by store; and what is not known.
-- $1 category_id: text, of a category or a department
-- $2 chain_ids: text[], null for no limit by chain
-- $3 city: text, null for no limit by city
-- $4 unseen_limit: int, days from which on a store unseen is left out
-- $5 fewest_stores: int, of the scope, that must sell a product for it to compare
-- Budget: 12000 shared buffers
WITH scope AS MATERIALIZED (
    SELECT store.store_key, store.store_id, store.chain_key, chain.chain_id, store.name, store.observed_at
    FROM store
    JOIN chain ON chain.chain_key = store.chain_key
    WHERE coalesce(chain.chain_id = ANY ($2::text[]), true)
        AND CASE WHEN $3::text IS NULL THEN true ELSE store.search_city = (SELECT city_text($3)) END
        AND store.unseen_days < $4::int4
), asked AS MATERIALIZED (
    SELECT category_key
    FROM category
    WHERE $1 IN (category_id, department_id)
), moved AS MATERIALIZED (
    -- On the shelves these stand where they stood before publish changed their category.
    SELECT move.chain_key, move.product_key, product.category_key
    FROM shelf_move AS move
    JOIN product ON product.product_key = move.product_key
), line AS MATERIALIZED (
    SELECT shelf.product_key, shelf.store_key, shelf.price
    FROM scope
    JOIN shelf ON shelf.store_key = scope.store_key
    WHERE shelf.category_key = ANY (ARRAY(SELECT category_key FROM asked))
        AND shelf.price > 0
        AND NOT EXISTS (
            SELECT FROM moved
            WHERE moved.chain_key = scope.chain_key AND moved.product_key = shelf.product_key
        )
    UNION ALL
    SELECT open.product_key, open.store_key, open.price
    FROM moved
    JOIN offer AS open ON open.product_key = moved.product_key AND open.chain_key = moved.chain_key
    JOIN scope ON scope.store_key = open.store_key
    WHERE moved.category_key = ANY (ARRAY(SELECT category_key FROM asked))
        AND open.price > 0
), shared AS MATERIALIZED (
    SELECT product_key, floor(sum(price) / count(*)::numeric + 0.5)::int8 AS mean
    FROM line
    GROUP BY product_key
    HAVING count(*) >= $5
), summed AS (
    SELECT
        line.store_key,
        count(*) AS matched_count,
        sum(line.price)::int8 AS total_agorot,
        sum(shared.mean)::int8 AS mean_total_agorot
    FROM line
    JOIN shared ON shared.product_key = line.product_key
    GROUP BY line.store_key
)
SELECT
    EXISTS (SELECT FROM asked) AS category_known,
    ARRAY(SELECT unnest($2) EXCEPT SELECT chain_id FROM chain WHERE chain_id = ANY ($2)) AS unknown_chain_ids,
    $3 IS NULL OR EXISTS (SELECT FROM store WHERE search_city = (SELECT city_text($3))) AS city_known,
    (SELECT count(*) FROM shared) AS matched_product_count,
    scope.store_id,
    scope.chain_id,
    scope.name AS store_name,
    scope.observed_at AS observed_time,
    summed.matched_count,
    summed.total_agorot,
    summed.mean_total_agorot
FROM (SELECT) AS always
LEFT JOIN (summed JOIN scope ON scope.store_key = summed.store_key) ON true
ORDER BY scope.store_id
