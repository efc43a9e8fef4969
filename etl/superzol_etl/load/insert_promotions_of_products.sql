-- Finds which promotions some products of a chain are in.
-- $1 chain_key: int2
-- $2 product_keys: int4[]
INSERT INTO promotion_of_product (product_key, chain_key, promotion_keys)
SELECT bought.product_key, $1, array_agg(promotion.promotion_key ORDER BY promotion.promotion_key)
FROM promotion
CROSS JOIN LATERAL unnest(promotion.product_keys) AS bought (product_key)
JOIN unnest($2::int4[]) AS changed (product_key) USING (product_key)
WHERE promotion.chain_key = $1
    AND promotion.ended_version IS NULL
GROUP BY bought.product_key
