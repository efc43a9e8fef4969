-- Prices of one chain, by product and store.
-- $1 chain_id: text
-- $2 unseen_limit: int, days from which on a store unseen is left out
-- $3 after_product_id: text, of the last row seen, '' for the first page
-- $4 after_store_id: text, of the last row seen, '' for the first page
-- $5 limit: int
-- Budget: 1800 shared buffers
WITH gone AS MATERIALIZED (
    SELECT coalesce(array_agg(store.store_key), '{}') AS store_keys
    FROM store
    JOIN chain ON chain.chain_key = store.chain_key
    WHERE chain.chain_id = $1 AND store.unseen_days >= $2::int4
), walked AS MATERIALIZED (
    -- Each pack holds a price or more to list, all but the first after the last row seen, so these are enough.
    -- Without this limit a generic plan sorted the whole chain: 25 ms against 0.4 ms.
    SELECT
        walk.product_id,
        walk.store_keys,
        walk.prices,
        walk.since,
        walk.flags,
        sum(walk.offers) FILTER (WHERE walk.product_id > $3) OVER (ORDER BY walk.product_id)
            - walk.offers AS offers_before
    FROM (
        SELECT
            pack.product_id,
            pack.store_keys,
            pack.prices,
            pack.since,
            pack.flags,
            CASE
                WHEN (SELECT store_keys = '{}' FROM gone) THEN pack.offers
                ELSE (
                    SELECT count(*)
                    FROM unnest(pack.store_keys) AS seen (store_key)
                    WHERE seen.store_key <> ALL ((SELECT store_keys FROM gone)::int2[])
                )
            END AS offers
        FROM offer_pack AS pack
        WHERE chain_key = (SELECT chain_key FROM chain WHERE chain_id = $1)
            AND pack.product_id >= $3
            AND ((SELECT store_keys = '{}' FROM gone) OR NOT pack.store_keys <@ (SELECT store_keys FROM gone))
        ORDER BY pack.product_id
        LIMIT $5::int8 + 1
    ) AS walk
), page AS (
    SELECT
        pack.product_id,
        store.store_id,
        $1 AS chain_id,
        open.price AS price_agorot,
        coalesce(open.flags, pack.flags[1]) AS flag_bits,
        store.observed_at AS observed_time,
        store.observed_file,
        store.observed_version,
        coalesce(open.since, pack.since[1]) AS since_version
    FROM walked AS pack
    CROSS JOIN LATERAL unnest(pack.store_keys, pack.prices, pack.since, pack.flags)
        AS open (store_key, price, since, flags)
    JOIN store ON store.store_key = open.store_key
    WHERE coalesce(pack.offers_before, 0) < $5
        AND store.unseen_days < $2
        AND (pack.product_id, store.store_id) > ($3, $4)
    ORDER BY
        pack.product_id,
        store.store_id
    LIMIT $5
)
SELECT
    page.*,
    product.weighted AS product_weighted,
    product.net_quantity,
    product.net_unit
FROM page
JOIN product ON product.product_id = page.product_id
ORDER BY
    page.product_id,
    page.store_id
