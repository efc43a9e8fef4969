-- Replaces packs by those in pack_change; no indexed column changes, so the updates stay HOT.
-- $1 chain_key: int2
-- $2 version: int2
UPDATE offer_pack AS pack
SET store_keys = change.store_keys,
    prices = change.prices,
    since = change.since,
    flags = change.flags,
    price_min = change.price_min,
    price_max = change.price_max,
    price_sum = change.price_sum,
    priced = change.priced,
    offers = change.offers,
    content_hash = change.content_hash,
    changed_version = $2
FROM pack_change AS change
WHERE pack.product_key = change.product_key
  AND pack.chain_key = $1
