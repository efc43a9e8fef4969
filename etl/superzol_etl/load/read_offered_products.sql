-- The products that a chain offers now.
-- $1 chain_key: int2
SELECT product_id, product_key
FROM offer_pack
WHERE chain_key = $1
