-- Takes over the products of known promotions that were known to the versions beside alone; their codes wait no more.
-- $1 newest version: int2
UPDATE promotion AS known
SET product_keys = ARRAY(SELECT unnest(known.product_keys || beside.product_keys) AS key GROUP BY key ORDER BY key),
    gift_keys = ARRAY(SELECT unnest(known.gift_keys || beside.gift_keys) AS key GROUP BY key ORDER BY key),
    unlinked_codes = ARRAY(
        SELECT code
        FROM unnest(known.unlinked_codes) WITH ORDINALITY AS each (code, place)
        WHERE code = ANY (beside.unlinked_codes)
        ORDER BY place
    ),
    unlinked_gift_codes = ARRAY(
        SELECT code
        FROM unnest(known.unlinked_gift_codes) WITH ORDINALITY AS each (code, place)
        WHERE code = ANY (beside.unlinked_gift_codes)
        ORDER BY place
    ),
    changed_version = $1
FROM pg_temp.promotion AS beside
WHERE known.chain_key = beside.chain_key
  AND known.body_hash = beside.body_hash
  AND NOT (beside.product_keys <@ known.product_keys AND beside.gift_keys <@ known.gift_keys)
