-- Promotions in which one product is bought that hold at a time, by promotion.
-- $1 product_id: text
-- $2 chain_id: text, null for all
-- $3 store_id: text, null for all
-- $4 at: timestamptz
-- $5 after_promotion_id: text, of the last row seen, '' for the first page
-- $6 after_body: text, of the last row seen, '' for the first page
-- $7 limit: int
-- Budget: 800 shared buffers
SELECT
    promotion.promotion_id,
    chain.chain_id,
    promotion.description,
    promotion.starts_at AS start_time,
    promotion.ends_at AS end_time,
    promotion.reward,
    promotion.reward_code,
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
    promotion.multiple_allowed,
    promotion.restrictions_known,
    promotion.items AS item_count,
    encode(promotion.body_hash, 'hex') AS key_body
FROM promotion_of_product AS turned
JOIN promotion ON promotion.promotion_key = ANY (turned.promotion_keys)
JOIN chain ON chain.chain_key = promotion.chain_key
WHERE turned.product_key = (SELECT product_key FROM product WHERE product_id = $1)
    AND ($2::text IS NULL OR chain.chain_id = $2)
    AND ($3::text IS NULL OR (SELECT store_key FROM store WHERE store_id = $3) = ANY (promotion.store_keys))
    AND promotion.active
    AND promotion.starts_at <= $4
    AND promotion.ends_at >= $4
    AND (promotion.promotion_id, encode(promotion.body_hash, 'hex')) > ($5, $6)
ORDER BY
    promotion.promotion_id,
    key_body
LIMIT $7
