-- Rebuilds the summary of each product whose offers changed, from the summaries of its packs.
WITH summed AS (
    SELECT product_key,
           min(price_min) AS price_min,
           round(sum(price_sum) / nullif(sum(priced), 0)::numeric)::int4 AS price_avg,
           max(price_max) AS price_max,
           sum(offers)::int4 AS stores,
           count(*)::int2 AS chains,
           max(changed_version) AS changed_version
    FROM offer_pack
    GROUP BY product_key
)
INSERT INTO product_stat AS known
    (product_key, price_min, price_avg, price_max, stores, chains, changed_version)
SELECT summed.product_key, summed.price_min, summed.price_avg, summed.price_max, summed.stores, summed.chains,
       summed.changed_version
FROM summed
LEFT JOIN product_stat AS known USING (product_key)
WHERE (known.price_min, known.price_avg, known.price_max, known.stores, known.chains)
      IS DISTINCT FROM (summed.price_min, summed.price_avg, summed.price_max, summed.stores, summed.chains)
ON CONFLICT (product_key) DO UPDATE
SET price_min = excluded.price_min,
    price_avg = excluded.price_avg,
    price_max = excluded.price_max,
    stores = excluded.stores,
    chains = excluded.chains,
    changed_version = excluded.changed_version
