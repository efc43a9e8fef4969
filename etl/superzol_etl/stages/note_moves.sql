-- Notes on whose shelves products stand that are about to get another category; the first note counts.
-- $1 product_keys: int4[]
INSERT INTO shelf_move (chain_key, product_key, category_key)
SELECT pack.chain_key, pack.product_key, coalesce(product.category_key, 0)
FROM unnest($1::int4[]) AS moved (product_key)
JOIN product USING (product_key)
JOIN offer_pack AS pack USING (product_key)
ON CONFLICT DO NOTHING
