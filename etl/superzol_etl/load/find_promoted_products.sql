-- The surrogates of the products that a chain has told, or that anyone offered when a version was last published, of those asked for.
-- $1 chain_key: int2
-- $2 product_ids: text[]
SELECT product_id, product_key
FROM product
WHERE product_id = ANY ($2)
  AND (
      EXISTS (
          SELECT FROM product_in_chain AS told
          WHERE told.product_key = product.product_key
            AND told.chain_key = $1
      )
      OR EXISTS (SELECT FROM product_stat WHERE product_stat.product_key = product.product_key)
  )
