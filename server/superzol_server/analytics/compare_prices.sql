-- Prices above zero of products in a scope, by product and group, all groups together first; and what is not known.
-- $1 product_ids: text[], also such as products had before
-- $2 store_ids: text[], null for no limit by store
-- $3 chain_ids: text[], null for no limit by chain
-- $4 city: text, null for no limit by city
-- $5 as_of_time: timestamptz, null for now
-- $6 group_by: text, store, chain or city
-- $7 unseen_limit: int, days from which on a store unseen now is left out
-- Budget: 1300 shared buffers
WITH used AS MATERIALIZED (
    -- Now is after every version, and so in no closed span: their partitions are not even opened.
    SELECT
        chain.chain_key,
        chain.chain_id,
        CASE WHEN $5::timestamptz IS NULL THEN 32767 ELSE loaded.version END AS version
    FROM chain
    LEFT JOIN LATERAL (
        SELECT version
        FROM chain_version
        WHERE chain_key = chain.chain_key AND state = 'loaded' AND cutoff_at <= $5
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded ON $5 IS NOT NULL
    WHERE coalesce(chain.chain_id = ANY ($3::text[]), true)
), scope AS MATERIALIZED (
    SELECT
        store.store_key,
        store.store_id,
        CASE $6::text
            WHEN 'store' THEN store.store_id
            WHEN 'chain' THEN used.chain_id
            ELSE coalesce(store.search_city, '')
        END AS group_key,
        CASE $6
            WHEN 'store' THEN store.store_id
            WHEN 'chain' THEN used.chain_id
            ELSE coalesce(store.city, store.city_code, '')
        END AS group_name,
        used.chain_id,
        used.version
    FROM store
    JOIN used ON used.chain_key = store.chain_key
    WHERE coalesce(store.store_id = ANY ($2::text[]), true)
        AND ($5 IS NOT NULL OR store.unseen_days < $7::int4)
        AND CASE WHEN $4::text IS NULL THEN true ELSE store.search_city = (SELECT city_text($4)) END
), asked AS MATERIALIZED (
    SELECT asked_id, product_key, product_id, product_keys
    FROM asked_product
    WHERE asked_id = ANY ($1::text[])
), named AS MATERIALIZED (
    SELECT DISTINCT asked.product_id, each.product_key, each.product_key <> asked.product_key AS is_former
    FROM asked
    CROSS JOIN LATERAL unnest(asked.product_keys) AS each (product_key)
), told AS (
    SELECT open.product_key, open.store_key, open.price, open.since
    FROM offer AS open
    WHERE open.product_key = ANY (ARRAY(SELECT product_key FROM named))
    UNION ALL
    SELECT span.product_key, span.store_key, span.price, span.valid_from
    FROM price_span AS span
    JOIN used ON used.chain_key = span.chain_key AND used.version < span.valid_to
    WHERE span.product_key = ANY (ARRAY(SELECT product_key FROM named))
        AND span.valid_to > (SELECT min(version) FROM used)
), standing AS MATERIALIZED (
    SELECT named.product_id, named.is_former, told.price, scope.store_id, scope.chain_id, scope.group_key, scope.group_name
    FROM told
    JOIN named ON named.product_key = told.product_key
    JOIN scope ON scope.store_key = told.store_key AND told.since <= scope.version
), priced AS (
    SELECT
        standing.product_id,
        GROUPING(standing.group_key) = 1 AS is_whole,
        min(standing.group_name) AS group_name,
        min(standing.price) AS lowest,
        max(standing.price) AS highest,
        sum(standing.price) AS total,
        count(*) AS store_count,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY standing.price) AS median,
        (array_agg(standing.store_id ORDER BY standing.price, standing.store_id))[1] AS cheapest_store_id
    FROM standing
    WHERE standing.price > 0
        -- While a chain changes its writing a store may tell both: the identifier of now counts.
        AND (NOT standing.is_former OR (standing.product_id, standing.store_id) NOT IN (
            SELECT own.product_id, own.store_id FROM standing AS own WHERE NOT own.is_former
        ))
    GROUP BY GROUPING SETS ((standing.product_id), (standing.product_id, standing.group_key))
)
SELECT
    ARRAY(SELECT unnest($1) EXCEPT SELECT asked_id FROM asked) AS unknown_product_ids,
    ARRAY(SELECT asked_id FROM asked WHERE asked_id <> product_id ORDER BY asked_id) AS old_product_ids,
    ARRAY(SELECT product_id FROM asked WHERE asked_id <> product_id ORDER BY asked_id) AS new_product_ids,
    ARRAY(SELECT unnest($2) EXCEPT SELECT store_id FROM store WHERE store_id = ANY ($2)) AS unknown_store_ids,
    ARRAY(SELECT unnest($3) EXCEPT SELECT chain_id FROM chain WHERE chain_id = ANY ($3)) AS unknown_chain_ids,
    $4 IS NULL OR EXISTS (SELECT FROM store WHERE search_city = (SELECT city_text($4))) AS city_known,
    ARRAY(SELECT DISTINCT chain_id FROM standing WHERE price > 0) AS chain_ids,
    priced.product_id,
    priced.is_whole,
    priced.group_name,
    priced.lowest,
    priced.highest,
    priced.total::int8 AS total,
    priced.store_count,
    priced.median,
    priced.cheapest_store_id
FROM (SELECT) AS always
LEFT JOIN priced ON true
ORDER BY
    priced.product_id,
    priced.is_whole DESC,
    priced.group_name
