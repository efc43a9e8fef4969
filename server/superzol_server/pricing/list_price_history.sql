-- Change points of one product in one store, newest first, as they stood at a version.
-- $1 product_id: text, also one it had before
-- $2 store_id: text
-- $3 version: int, above any for now
-- $4 before_version: int, from_version of the last row seen, above any for the first page
-- $5 limit: int
-- Budget: 350 shared buffers
WITH asked AS MATERIALIZED (
    SELECT product.product_key, product.product_keys, product.product_id, store.store_key, store.chain_key
    FROM asked_product AS product, store
    WHERE product.asked_id = $1 AND store.store_id = $2
), told AS MATERIALIZED (
    SELECT
        span.product_key <> asked.product_key AS is_former,
        span.price,
        int4range(span.valid_from, span.valid_to) AS held
    FROM asked
    JOIN price_span AS span
        ON span.product_key = ANY (asked.product_keys)
        AND span.store_key = asked.store_key
    UNION ALL
    SELECT open.product_key <> asked.product_key, open.price, int4range(open.since, NULL)
    FROM asked
    JOIN offer AS open
        ON open.product_key = ANY (asked.product_keys)
        AND open.chain_key = asked.chain_key
        AND open.store_key = asked.store_key
), point AS (
    -- While a chain changes its writing a store may tell both: the identifier of now counts.
    SELECT told.price, part.held
    FROM told
    CROSS JOIN LATERAL unnest(
        CASE
            WHEN told.is_former THEN told.held::int4multirange - coalesce(
                (SELECT range_agg(own.held) FROM told AS own WHERE NOT own.is_former), '{}'
            )
            ELSE told.held::int4multirange
        END
    ) AS part (held)
), page AS (
    SELECT
        asked.chain_key,
        asked.product_id,
        point.price,
        lower(point.held) AS valid_from,
        CASE WHEN upper(point.held) <= $3::int4 THEN upper(point.held) END AS valid_to
    FROM asked
    CROSS JOIN point
    WHERE lower(point.held) < $4::int4 AND lower(point.held) <= $3
    ORDER BY lower(point.held) DESC
    LIMIT $5
)
SELECT
    page.price AS price_agorot,
    page.valid_from AS from_version,
    coalesce(page.valid_to, 0) AS to_version,
    beginning.cutoff_at AS from_time,
    ending.cutoff_at AS to_time,
    page.product_id AS key_product_id
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
