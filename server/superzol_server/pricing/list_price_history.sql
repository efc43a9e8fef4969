-- Change points of one product in one store, newest first, as they stood at a version.
-- $1 product_id: text
-- $2 store_id: text
-- $3 version: int, above any for now
-- $4 before_version: int, from_version of the last row seen, above any for the first page
-- $5 limit: int
-- Budget: 350 shared buffers
WITH asked AS (
    SELECT product.product_key, store.store_key, store.chain_key
    FROM product, store
    WHERE product.product_id = $1 AND store.store_id = $2
), point AS (
    SELECT
        asked.chain_key,
        span.price,
        span.valid_from,
        CASE WHEN span.valid_to <= $3::int4 THEN span.valid_to END AS valid_to
    FROM asked
    JOIN price_span AS span
        ON span.product_key = asked.product_key
        AND span.store_key = asked.store_key
    UNION ALL
    SELECT asked.chain_key, open.price, open.since, NULL
    FROM asked
    JOIN offer AS open
        ON open.product_key = asked.product_key
        AND open.chain_key = asked.chain_key
        AND open.store_key = asked.store_key
), page AS (
    SELECT chain_key, price, valid_from, valid_to
    FROM point
    WHERE valid_from < $4::int4 AND valid_from <= $3
    ORDER BY valid_from DESC
    LIMIT $5
)
SELECT
    page.price AS price_agorot,
    page.valid_from AS from_version,
    coalesce(page.valid_to, 0) AS to_version,
    beginning.cutoff_at AS from_time,
    ending.cutoff_at AS to_time
FROM page
LEFT JOIN LATERAL (
    SELECT cutoff_at FROM chain_version AS loaded
    WHERE loaded.chain_key = page.chain_key AND loaded.version <= page.valid_from AND loaded.state IN ('loaded', 'forgotten')
    ORDER BY loaded.version DESC
    LIMIT 1
) AS beginning ON true
LEFT JOIN LATERAL (
    SELECT cutoff_at FROM chain_version AS loaded
    WHERE loaded.chain_key = page.chain_key AND loaded.version <= page.valid_to AND loaded.state IN ('loaded', 'forgotten')
    ORDER BY loaded.version DESC
    LIMIT 1
) AS ending ON true
ORDER BY page.valid_from DESC
