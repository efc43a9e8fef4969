-- Promotions that may count for a basket, each with its products and stores, by promotion.
-- $1 product_ids: text[]
-- $2 store_ids: text[], whose promotions are asked for
-- $3 club_numbers: text[], of any chain, that the buyer is in
-- $4 coupon_promotion_ids: text[], for which the buyer has a coupon
-- $5 time: timestamptz, at which they hold
-- Budget: 7500 shared buffers
WITH place AS MATERIALIZED (
    SELECT store_key, store_id, chain_key
    FROM store
    WHERE store_id = ANY ($2::text[])
), chain_place AS MATERIALIZED (
    SELECT chain.chain_key, chain.chain_id, array_agg(place.store_key) AS store_keys
    FROM place
    JOIN chain ON chain.chain_key = place.chain_key
    GROUP BY chain.chain_key
), bought AS MATERIALIZED (
    SELECT DISTINCT product.product_id, each.promotion_key
    FROM asked_product AS product
    JOIN promotion_of_product AS sold ON sold.product_key = ANY (product.product_keys)
    CROSS JOIN LATERAL unnest(sold.promotion_keys) AS each (promotion_key)
    WHERE product.asked_id = ANY ($1::text[])
        AND sold.chain_key = ANY (ARRAY(SELECT chain_key FROM chain_place))
), held AS MATERIALIZED (
    SELECT bought.promotion_key, array_agg(bought.product_id) AS product_ids
    FROM bought
    GROUP BY bought.promotion_key
)
SELECT
    held.product_ids,
    chain_place.chain_id,
    -- Null for all: most promotions hold in all stores, and comparing arrays costs a tenth of joining them.
    CASE WHEN NOT chain_place.store_keys <@ promotion.store_keys THEN ARRAY(
        SELECT place.store_id
        FROM unnest(promotion.store_keys) AS told (store_key)
        JOIN place ON place.store_key = told.store_key
    ) END AS store_ids,
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
FROM held
JOIN promotion ON promotion.promotion_key = held.promotion_key
JOIN chain_place ON chain_place.chain_key = promotion.chain_key
WHERE promotion.active
    AND promotion.starts_at <= $5
    AND promotion.ends_at >= $5
    AND (promotion.clubs = '{}' OR promotion.clubs && $3::text[])
    AND (NOT promotion.coupon OR promotion.promotion_id = ANY ($4::text[]))
ORDER BY
    promotion.promotion_id,
    promotion.body_hash
