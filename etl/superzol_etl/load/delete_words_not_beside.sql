-- Removes a chain's words that are other than those beside.
-- $1 chain_key: int2
DELETE FROM product_in_chain AS known
WHERE known.chain_key = $1
  AND NOT EXISTS (
      SELECT FROM pg_temp.product_in_chain AS beside
      WHERE beside.product_key = known.product_key
        AND beside.chain_key = known.chain_key
        AND ROW (beside.*) IS NOT DISTINCT FROM ROW (known.*)
  )
