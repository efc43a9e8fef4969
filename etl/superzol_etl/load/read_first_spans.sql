-- Of each offer of a chain the first span that was closed.
-- $1 chain_key: int2
SELECT DISTINCT ON (product_key, store_key) product_key, store_key, price, valid_from
FROM price_span
WHERE store_key IN (SELECT store_key FROM store WHERE chain_key = $1)
ORDER BY product_key, store_key, valid_from
