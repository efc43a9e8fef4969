-- Takes over the products of known promotions that were known to the versions beside alone.
-- $1 newest version: int2
UPDATE promotion AS known
SET product_keys = ARRAY(SELECT unnest(known.product_keys || beside.product_keys) AS key GROUP BY key ORDER BY key),
    gift_keys = ARRAY(SELECT unnest(known.gift_keys || beside.gift_keys) AS key GROUP BY key ORDER BY key),
    changed_version = $1
FROM pg_temp.promotion AS beside
WHERE known.chain_key = beside.chain_key
  AND known.body_hash = beside.body_hash
  AND NOT (beside.product_keys <@ known.product_keys AND beside.gift_keys <@ known.gift_keys)
