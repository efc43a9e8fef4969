-- The closed spans of a chain that began with a version.
-- $1 chain_key: int2
-- $2 valid_from: int2
SELECT product_key, store_key, price
FROM price_span
WHERE store_key IN (SELECT store_key FROM store WHERE chain_key = $1)
  AND valid_from = $2
