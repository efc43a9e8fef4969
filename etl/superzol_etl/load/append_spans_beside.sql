-- Appends the spans closed beside by a version or a later one.
-- $1 version: int2
INSERT INTO price_span (product_key, price, chain_key, store_key, valid_from, valid_to)
SELECT product_key, price, chain_key, store_key, valid_from, valid_to
FROM pg_temp.price_span
WHERE valid_to >= $1
ORDER BY valid_to, product_key, store_key
