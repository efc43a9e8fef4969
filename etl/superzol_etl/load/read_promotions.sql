-- What is known of a chain's promotions.
-- $1 chain_key: int2
SELECT promotion_key, code, body_hash, store_keys, since, product_keys, gift_keys,
       unlinked_codes, unlinked_gift_codes
FROM promotion
WHERE chain_key = $1
ORDER BY promotion_key
