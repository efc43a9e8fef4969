-- Lets products that are offered be themselves again, as note_aliases does; it looks at no chain's first version, and not
-- at what a chain that is loaded at the same time begins to offer.
DELETE FROM product_alias
USING product
WHERE product.product_id = product_alias.old_id
  AND EXISTS (
      SELECT FROM offer_pack
      WHERE offer_pack.product_key = product.product_key
  )
