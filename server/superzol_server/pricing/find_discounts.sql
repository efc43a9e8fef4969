-- Promotions that hold for some prices for everyone, each with the numbers of those prices, from 1, by promotion.
-- $1 product_ids: text[], one for each price, also such as products had before
-- $2 store_ids: text[], one for each price
-- $3 as_of_time: timestamptz, null for now
-- $4 time: timestamptz, at which they hold
-- Budget: 52000 shared buffers
WITH named AS MATERIALIZED (
    -- Each product once, however many of the prices are its own.
    SELECT asked_id, product_keys
    FROM asked_product
    WHERE asked_id = ANY ($1::text[])
), place AS MATERIALIZED (
    SELECT priced.number, each.product_key, store.chain_key, store.store_key
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS priced (product_id, store_id, number)
    JOIN named ON named.asked_id = priced.product_id
    CROSS JOIN LATERAL unnest(named.product_keys) AS each (product_key)
    JOIN store ON store.store_id = priced.store_id
), used AS MATERIALIZED (
    SELECT
        named.chain_key,
        CASE WHEN $3::timestamptz IS NULL THEN 32767 ELSE loaded.version END AS version
    FROM (SELECT DISTINCT chain_key FROM place) AS named
    LEFT JOIN LATERAL (
        SELECT version
        FROM chain_version
        WHERE chain_key = named.chain_key AND state = 'loaded' AND cutoff_at <= $3
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded ON $3 IS NOT NULL
), bought AS MATERIALIZED (
    SELECT
        place.product_key,
        place.chain_key,
        used.version,
        array_agg(place.store_key) AS store_keys,
        array_agg(place.number) AS numbers
    FROM place
    JOIN used ON used.chain_key = place.chain_key
    GROUP BY place.product_key, place.chain_key, used.version
), turned AS MATERIALIZED (
    SELECT bought.version, bought.store_keys, bought.numbers, each.promotion_key
    FROM bought
    JOIN promotion_of_product AS sold
        ON sold.product_key = bought.product_key
        AND sold.chain_key = bought.chain_key
    CROSS JOIN LATERAL unnest(sold.promotion_keys) AS each (promotion_key)
    UNION ALL
    SELECT bought.version, bought.store_keys, bought.numbers, ended.promotion_key
    FROM bought
    JOIN promotion AS ended
        ON $3 IS NOT NULL
        AND ended.product_keys @> ARRAY[bought.product_key]
        AND ended.ended_version > bought.version
        AND ended.chain_key = bought.chain_key
)
SELECT
    array_agg(priced.number ORDER BY priced.number) AS numbers,
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
FROM turned
JOIN promotion ON promotion.promotion_key = turned.promotion_key
CROSS JOIN LATERAL unnest(turned.store_keys, turned.numbers) AS priced (store_key, number)
WHERE promotion.active
    AND promotion.starts_at <= $4
    AND promotion.ends_at >= $4
    AND promotion.clubs = '{}'
    AND NOT promotion.coupon
    AND (
        promotion.since[array_position(promotion.store_keys, priced.store_key)] <= turned.version
        OR $3 IS NOT NULL AND EXISTS (
            SELECT
            FROM promotion_span AS past
            WHERE past.promotion_key = promotion.promotion_key
                AND past.valid_to > turned.version
                AND past.valid_from[array_position(past.store_keys, priced.store_key)] <= turned.version
        )
    )
GROUP BY promotion.promotion_key
ORDER BY promotion.promotion_key
