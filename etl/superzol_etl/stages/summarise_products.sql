-- Rebuilds the summary of each product whose offers changed, from the summaries of its packs.
-- $1 unseen_limit: int, days from which on what an unseen store offers is left out
WITH unseen AS MATERIALIZED (
    SELECT chain_key, array_agg(store_key) AS store_keys
    FROM store
    WHERE unseen_days >= $1 AND closed_version IS NULL
    GROUP BY chain_key
), counted AS (
    SELECT product_key, price_min, price_max, price_sum, priced, offers, changed_version
    FROM offer_pack AS pack
    WHERE NOT EXISTS (
        SELECT FROM unseen
        WHERE unseen.chain_key = pack.chain_key AND unseen.store_keys && pack.store_keys
    )
    UNION ALL
    -- Few packs are opened: those in which such a store is, mostly none.
    SELECT pack.product_key, seen.price_min, seen.price_max, seen.price_sum, seen.priced, seen.offers,
           pack.changed_version
    FROM unseen
    JOIN offer_pack AS pack ON pack.chain_key = unseen.chain_key AND unseen.store_keys && pack.store_keys
    CROSS JOIN LATERAL (
        SELECT min(open.price) FILTER (WHERE open.price > 0) AS price_min,
               max(open.price) FILTER (WHERE open.price > 0) AS price_max,
               coalesce(sum(open.price), 0) AS price_sum,
               count(*) FILTER (WHERE open.price > 0)::int2 AS priced,
               count(*)::int2 AS offers
        FROM unnest(pack.store_keys, pack.prices) AS open (store_key, price)
        WHERE open.store_key <> ALL (unseen.store_keys)
    ) AS seen
), summed AS (
    SELECT product_key,
           min(price_min) AS price_min,
           round(sum(price_sum) / nullif(sum(priced), 0)::numeric)::int4 AS price_avg,
           max(price_max) AS price_max,
           sum(offers)::int4 AS stores,
           (count(*) FILTER (WHERE offers > 0))::int2 AS chains,
           max(changed_version) AS changed_version
    FROM counted
    GROUP BY product_key
)
MERGE INTO product_stat AS known
-- In the order of the keys, so that rows and the index of keys are met, and filled, from left to right.
USING (
    SELECT product_key, price_min, price_avg, price_max, stores, chains, changed_version
    FROM summed
    ORDER BY product_key
) AS summed
ON known.product_key = summed.product_key
WHEN MATCHED
    AND (known.price_min, known.price_avg, known.price_max, known.stores, known.chains)
        IS DISTINCT FROM (summed.price_min, summed.price_avg, summed.price_max, summed.stores, summed.chains)
    THEN UPDATE
    SET price_min = summed.price_min,
        price_avg = summed.price_avg,
        price_max = summed.price_max,
        stores = summed.stores,
        chains = summed.chains,
        changed_version = summed.changed_version
WHEN NOT MATCHED
    THEN INSERT (product_key, price_min, price_avg, price_max, stores, chains, changed_version)
    VALUES (summed.product_key, summed.price_min, summed.price_avg, summed.price_max, summed.stores,
            summed.chains, summed.changed_version)
