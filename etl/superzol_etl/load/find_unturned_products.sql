-- Products of promotions told beside that do not name them, although they are told.
SELECT DISTINCT bought.product_key
FROM pg_temp.promotion AS beside
JOIN promotion AS known USING (chain_key, body_hash)
CROSS JOIN LATERAL unnest(known.product_keys) AS bought (product_key)
WHERE known.ended_version IS NULL
  AND NOT EXISTS (
      SELECT FROM promotion_of_product AS turned
      WHERE turned.product_key = bought.product_key
        AND turned.chain_key = known.chain_key
        AND known.promotion_key = ANY (turned.promotion_keys)
  )
ORDER BY bought.product_key
