-- The products that a chain has named and does not offer now.
-- $1 chain_key: int2
SELECT words.product_key
FROM product_in_chain AS words
WHERE words.chain_key = $1
  AND NOT EXISTS (
      SELECT FROM offer_pack AS pack
      WHERE pack.product_key = words.product_key
        AND pack.chain_key = $1
  )
