-- 2,500 promotions of 40 products each in every store of the chain: a product is in four or five of them, as in the
-- largest chains. A third need two units.
INSERT INTO promotion (chain_key, promotion_id, code, part, body_hash, description, starts_at, ends_at, reward, reward_price,
                       reward_quantity, weighted, min_quantity, clubs, coupon, active, whole_basket, restrictions_known,
                       items, product_keys, gift_keys, store_keys, since, raw, changed_version)
SELECT chain.chain_key, chain.chain_id || ':' || number, number::text, 0, decode(md5(number::text), 'hex'), 'מבצע ' || number,
       now() - interval '10 days', now() + interval '100 days', 'FixedPrice', 500 + number % 900,
       (1 + (number % 3 = 0)::int) * 1000, false, NULL, '{}', false, true, false, true, 40, bought.product_keys, '{}',
       places.store_keys, places.since, '{}', 1
FROM chain
CROSS JOIN generate_series(1, 2500) AS number
CROSS JOIN LATERAL (
    SELECT array_agg(product_key ORDER BY product_key) AS product_keys
    FROM product
    WHERE product_key % 2500 = number - 1 OR (product_key * 7) % 2500 = number - 1 OR (product_key * 11) % 2500 = number - 1
        OR (product_key * 13) % 2500 = number - 1
) AS bought
CROSS JOIN LATERAL (
    SELECT array_agg(store_key ORDER BY store_key) AS store_keys, array_agg(1::int2 ORDER BY store_key) AS since
    FROM store
    WHERE store.chain_key = chain.chain_key
) AS places;
INSERT INTO promotion_of_product (product_key, chain_key, promotion_keys)
SELECT bought.product_key, promotion.chain_key, array_agg(promotion.promotion_key ORDER BY promotion.promotion_key)
FROM promotion
CROSS JOIN LATERAL unnest(promotion.product_keys) AS bought (product_key)
GROUP BY bought.product_key, promotion.chain_key;
ANALYZE promotion, promotion_of_product;
