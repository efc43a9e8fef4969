-- The shelf price of one product in one store beside each promotion it is in there; null where something is not known.
-- $1 product_id: text
-- $2 store_id: text
-- Budget: 250 shared buffers
SELECT
    product.product_id,
    store.store_id,
    open.price AS price_agorot,
    open.flags AS flag_bits,
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
FROM (VALUES ($1::text, $2::text)) AS asked (product_id, store_id)
LEFT JOIN product ON product.product_id = asked.product_id
LEFT JOIN store ON store.store_id = asked.store_id
LEFT JOIN chain ON chain.chain_key = store.chain_key
LEFT JOIN offer AS open
    ON open.product_key = product.product_key
    AND open.chain_key = store.chain_key
    AND open.store_key = store.store_key
LEFT JOIN promotion_of_product AS turned
    ON turned.product_key = product.product_key
    AND turned.chain_key = store.chain_key
LEFT JOIN promotion
    ON promotion.promotion_key = ANY (turned.promotion_keys)
    AND store.store_key = ANY (promotion.store_keys)
