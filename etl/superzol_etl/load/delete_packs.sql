-- Removes the packs of products that no store of the chain offers any more.
-- $1 chain_key: int2
-- $2 product_keys: int4[]
DELETE FROM offer_pack
WHERE chain_key = $1
  AND product_key = ANY ($2)
