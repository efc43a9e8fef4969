-- Promotions in which one product is bought that hold at a time, by promotion.
-- $1 product_id: text, also one it had before
-- $2 chain_id: text, null for all
-- $3 store_id: text, null for all
-- $4 at: timestamptz
-- $5 as_of_time: timestamptz, null for now
-- $6 after_promotion_id: text, of the last row seen, '' for the first page
-- $7 after_body: text, of the last row seen, '' for the first page
-- $8 limit: int
-- Budget: 1050 shared buffers
WITH used AS MATERIALIZED (
    SELECT
        chain.chain_key,
        chain.chain_id,
        CASE WHEN $5::timestamptz IS NULL THEN 32767 ELSE loaded.version END AS version
    FROM chain
    LEFT JOIN LATERAL (
        SELECT version
        FROM chain_version
        WHERE chain_key = chain.chain_key AND state = 'loaded' AND cutoff_at <= $5
        ORDER BY version DESC
        LIMIT 1
    ) AS loaded ON $5 IS NOT NULL
    WHERE $2::text IS NULL OR chain.chain_id = $2
), asked AS MATERIALIZED (
    SELECT product_id, product_keys
    FROM asked_product
    WHERE asked_id = $1
), named AS (
    SELECT unnest(promotion_keys) AS promotion_key
    FROM promotion_of_product
    WHERE product_key = ANY ((SELECT product_keys FROM asked)::int4[])
    UNION ALL
    SELECT promotion_key
    FROM promotion
    WHERE $5 IS NOT NULL
        AND ended_version > (SELECT min(version) FROM used)
        AND product_keys && (SELECT product_keys FROM asked)
)
SELECT
    promotion.promotion_id,
    used.chain_id,
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
    encode(promotion.body_hash, 'hex') AS key_body,
    (SELECT product_id FROM asked) AS key_product_id
FROM promotion
JOIN used ON used.chain_key = promotion.chain_key
WHERE promotion.promotion_key = ANY (ARRAY(SELECT promotion_key FROM named))
    AND (
        CASE
            WHEN $3::text IS NULL THEN used.version >= ANY (promotion.since)
            ELSE promotion.since[array_position(promotion.store_keys, (SELECT store_key FROM store WHERE store_id = $3))]
                <= used.version
        END
        OR $5 IS NOT NULL AND EXISTS (
            SELECT
            FROM promotion_span AS past
            WHERE past.promotion_key = promotion.promotion_key
                AND past.valid_to > used.version
                AND CASE
                    WHEN $3 IS NULL THEN used.version >= ANY (past.valid_from)
                    ELSE past.valid_from[array_position(past.store_keys, (SELECT store_key FROM store WHERE store_id = $3))]
                        <= used.version
                END
        )
    )
    AND promotion.active
    AND promotion.starts_at <= $4
    AND promotion.ends_at >= $4
    AND (promotion.promotion_id, encode(promotion.body_hash, 'hex')) > ($6, $7)
ORDER BY
    promotion.promotion_id,
    key_body
LIMIT $8
