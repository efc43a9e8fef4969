-- The price of one product in one store beside each promotion that holds there; null where something is not known.
-- $1 product_id: text, also one it had before
-- $2 store_id: text
-- $3 as_of_time: timestamptz, null for now
-- $4 time: timestamptz, at which promotions hold
-- Budget: 450 shared buffers
WITH asked AS MATERIALIZED (
    -- Now is after every version, and so in no closed span: their partitions are not even opened.
    SELECT
        product.product_id,
        product.product_key,
        product.product_keys,
        store.store_id,
        store.store_key,
        chain.chain_id,
        chain.chain_key,
        loaded.version AS used_version,
        loaded.cutoff_at,
        CASE WHEN $3::timestamptz IS NULL THEN 32767 ELSE loaded.version END AS version,
        store.observed_at,
        store.observed_file,
        store.observed_version
    FROM (VALUES ($1::text, $2::text)) AS named (product_id, store_id)
    LEFT JOIN asked_product AS product ON product.asked_id = named.product_id
    LEFT JOIN store ON store.store_id = named.store_id
    LEFT JOIN chain ON chain.chain_key = store.chain_key
    LEFT JOIN LATERAL (
        SELECT version, cutoff_at
        FROM chain_version
        WHERE chain_key = store.chain_key AND state = 'loaded' AND cutoff_at <= $3
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded ON $3 IS NOT NULL
), told AS (
    SELECT open.product_key, open.price, open.since, open.flags
    FROM offer AS open
    WHERE open.product_key = ANY ((SELECT product_keys FROM asked)::int4[])
        AND open.chain_key = (SELECT chain_key FROM asked)
        AND open.store_key = (SELECT store_key FROM asked)
        AND open.since <= (SELECT version FROM asked)
    UNION ALL
    SELECT
        span.product_key,
        span.price,
        span.valid_from,
        CASE span.price WHEN 0 THEN 1 ELSE 0 END + CASE WHEN words.weighted THEN 8 ELSE 0 END
    FROM price_span AS span
    LEFT JOIN product_in_chain AS words
        ON words.product_key = span.product_key
        AND words.chain_key = span.chain_key
    WHERE span.product_key = ANY ((SELECT product_keys FROM asked)::int4[])
        AND span.store_key = (SELECT store_key FROM asked)
        AND span.valid_to > (SELECT version FROM asked)
        AND span.valid_from <= (SELECT version FROM asked)
), standing AS (
    -- While a chain changes its writing a store may tell both: the identifier of now counts.
    SELECT *
    FROM told
    ORDER BY told.product_key <> (SELECT product_key FROM asked)
    LIMIT 1
), named AS (
    SELECT unnest(promotion_keys) AS promotion_key
    FROM promotion_of_product
    WHERE product_key = ANY ((SELECT product_keys FROM asked)::int4[])
        AND chain_key = (SELECT chain_key FROM asked)
    UNION ALL
    SELECT promotion_key
    FROM promotion
    WHERE $3 IS NOT NULL
        AND ended_version > (SELECT version FROM asked)
        AND product_keys && (SELECT product_keys FROM asked)
        AND chain_key = (SELECT chain_key FROM asked)
), promoted AS (
    SELECT promotion.*
    FROM promotion
    WHERE promotion.promotion_key = ANY (ARRAY(SELECT promotion_key FROM named))
        AND promotion.active
        AND promotion.starts_at <= $4
        AND promotion.ends_at >= $4
        AND promotion.clubs = '{}'
        AND NOT promotion.coupon
        AND (
            promotion.since[array_position(promotion.store_keys, (SELECT store_key FROM asked))]
                <= (SELECT version FROM asked)
            OR $3 IS NOT NULL AND EXISTS (
                SELECT
                FROM promotion_span AS past
                WHERE past.promotion_key = promotion.promotion_key
                    AND past.valid_to > (SELECT version FROM asked)
                    AND past.valid_from[array_position(past.store_keys, (SELECT store_key FROM asked))]
                        <= (SELECT version FROM asked)
            )
        )
)
SELECT
    asked.product_id,
    asked.store_id,
    asked.chain_id,
    told.price AS price_agorot,
    told.flags AS flag_bits,
    CASE WHEN $3 IS NULL THEN asked.observed_at ELSE seen.last_at END AS observed_time,
    CASE WHEN $3 IS NULL THEN asked.observed_file ELSE seen.last_file END AS observed_file,
    CASE WHEN $3 IS NULL THEN asked.observed_version ELSE seen.version END AS observed_version,
    told.since AS since_version,
    asked.used_version,
    asked.cutoff_at AS cutoff_time,
    product.weighted AS product_weighted,
    product.net_quantity,
    product.net_unit,
    promotion.promotion_id,
    promotion.starts_at AS start_time,
    promotion.ends_at AS end_time,
    promotion.reward,
    promotion.reward_price AS reward_price_agorot,
    CASE
        WHEN promotion.reward IN ('FixedPrice', 'Gift') THEN promotion.reward_quantity / 1000.0::float8
        ELSE promotion.reward_quantity
    END AS reward_quantity,
    promotion.reward_points / 10000.0::float8 AS off_share,
    promotion.reward_amount AS off_agorot,
    promotion.reward_spent AS spent_agorot,
    promotion.reward_free AS free_count,
    promotion.reward_reason AS unknown_reason,
    promotion.weighted,
    promotion.min_quantity / 1000.0::float8 AS min_quantity,
    promotion.max_quantity / 1000.0::float8 AS max_quantity,
    promotion.min_purchase AS min_purchase_agorot,
    promotion.clubs AS club_ids,
    promotion.coupon,
    promotion.active,
    promotion.whole_basket,
    promotion.restrictions_known
FROM asked
LEFT JOIN product ON product.product_key = asked.product_key
LEFT JOIN standing AS told ON true
LEFT JOIN LATERAL (
    SELECT last_at, last_file, version
    FROM store_sighting
    WHERE store_key = asked.store_key AND version <= asked.version
    ORDER BY version DESC
    LIMIT 1
) AS seen ON $3 IS NOT NULL
LEFT JOIN promoted AS promotion ON true
