-- Takes over the words about products that the chain said nothing of since.
-- $1 chain_key: int2
INSERT INTO product_in_chain
SELECT beside.*
FROM pg_temp.product_in_chain AS beside
WHERE beside.chain_key = $1
ON CONFLICT DO NOTHING
