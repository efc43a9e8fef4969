-- Removes the spans of a chain that a version or a later one closed.
-- $1 chain_key: int2
-- $2 version: int2
DELETE FROM price_span
WHERE store_key IN (SELECT store_key FROM store WHERE chain_key = $1)
  AND valid_to >= $2
